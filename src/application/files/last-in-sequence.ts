import { ok, type ResultAsync, safeTry } from 'neverthrow';

/**
 * The last of what is numbered from 1 without a gap and never removed; undefined where there is none. Few reads, however many there
 * are: twice as far at each, then halves.
 */
export const lastInSequence = <Found, Failure>(
  find: (sequence: number) => ResultAsync<Found | undefined, Failure>,
): ResultAsync<Found | undefined, Failure> =>
  safeTry(async function* () {
    let last: Found | undefined;
    let taken = 0;
    let free = 1;
    for (let found = yield* find(free); found !== undefined; found = yield* find(free)) {
      last = found;
      taken = free;
      free *= 2;
    }
    while (free - taken > 1) {
      const middle = Math.floor((taken + free) / 2);
      const found = yield* find(middle);
      if (found === undefined) free = middle;
      else {
        last = found;
        taken = middle;
      }
    }
    return ok(last);
  });
