import { errAsync, type ResultAsync } from 'neverthrow';

/** Rivals committed between each read and its commit, as often as it was tried. Nothing was written. */
export type ChangedMeanwhile = Readonly<{ kind: 'ChangedMeanwhile' }>;

/** Of rivals one commits each time, and those of one process take turns: more processes than this never meet. */
const MOST_ATTEMPTS = 25;

/**
 * Reads, decides and commits anew while the commit is refused with `StaleVersion`, up to 25 times; the last refusal is the
 * failure then. Every other failure ends it at once.
 */
export const retryWhenStale = <Done, Failure extends Readonly<{ kind: string }>>(
  attempt: () => ResultAsync<Done, Failure>,
  left: number = MOST_ATTEMPTS,
): ResultAsync<Done, Failure> =>
  attempt().orElse((failure) =>
    failure.kind === 'StaleVersion' && left > 1 ? retryWhenStale(attempt, left - 1) : errAsync(failure),
  );

/** What `retryWhenStale` ends with when its attempts are used up, for those who are not to know of versions. */
export const orChangedMeanwhile = <Failure extends Readonly<{ kind: string }>>(
  failure: Failure,
): Exclude<Failure, { kind: 'StaleVersion' }> | ChangedMeanwhile =>
  failure.kind === 'StaleVersion'
    ? { kind: 'ChangedMeanwhile' }
    : (failure as Exclude<Failure, { kind: 'StaleVersion' }>);
