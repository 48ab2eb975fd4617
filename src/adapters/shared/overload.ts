/** How long a call waits for its turn: as long as a store needs to restart, and no client waits much longer. */
export const LONGEST_WAIT_MS = 5_000;

const OVERLOADED = 'EOVERLOADED';

/** The store is slower than what is asked of it. The call that gets this was not begun: it had no effect. */
export const overloaded = (says: 'too many wait' | 'waited too long' | 'does not answer'): Error =>
  Object.assign(new Error(`the store is overloaded: ${says}`), { code: OVERLOADED });

export const isOverloaded = (fault: unknown): boolean => (fault as { code?: unknown }).code === OVERLOADED;
