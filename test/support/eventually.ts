import { vi } from 'vitest';

/**
 * Resolves with what `check` gives once it throws nothing, which is asked again and again for a minute: a machine that is slow takes
 * longer, and no promise is about that.
 */
export const eventually = <Found>(check: () => Found | Promise<Found>): Promise<Found> =>
  vi.waitFor(check, { timeout: 60_000, interval: 20 });
