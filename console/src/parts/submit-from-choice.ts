import type { KeyboardEvent } from 'react';

/** Enter sends from a closed choice too, as it does from a field. */
export function submitFromChoice(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== 'Enter' || !(event.target instanceof HTMLSelectElement)) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}
