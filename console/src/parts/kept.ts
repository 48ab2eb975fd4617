import { useState } from 'react';

/** What this browser keeps of a person's own for one merchant; what cannot be read is as if there were nothing. */
function readKept<T>(name: string, parse: (value: unknown) => T): T {
  try {
    return parse(JSON.parse(localStorage.getItem(name) ?? 'null'));
  } catch {
    return parse(null);
  }
}

/** A value that stays in this browser under a name, as `parse` reads it; without a place to keep it, it stays for as long as the page. */
export function useKept<T>(name: string, parse: (value: unknown) => T): readonly [T, (next: T) => void] {
  const [value, set] = useState(() => readKept(name, parse));
  const keep = (next: T) => {
    set(next);
    try {
      localStorage.setItem(name, JSON.stringify(next));
    } catch {
      // The place is full or closed: what was chosen counts for this page.
    }
  };
  return [value, keep];
}
