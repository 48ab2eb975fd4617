import { ArrowUp } from 'lucide-react';
import type { News } from './steady-list.ts';

/** Says how many rows are new, and shows them when it is pressed. `most` is how many can be told apart. */
export const NewRows = ({ added, show, most }: News & Readonly<{ most?: number }>) =>
  added > 0 && (
    <button type="button" className="button border-accent text-accent" onClick={show}>
      <ArrowUp aria-hidden className="size-4" />
      {added === most ? `${most} or more new` : `${added} new`}
    </button>
  );
