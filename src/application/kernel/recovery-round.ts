import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from './in-parallel.ts';

/**
 * `settled` ended; `waiting` are asked about again later; `skipped` had been taken over by another worker; `stuck` are
 * withheld until people have looked, and tried again once a lease.
 */
export const RECOVERY_ENDS = ['settled', 'waiting', 'skipped', 'stuck'] as const;
export type RecoveryEnd = (typeof RECOVERY_ENDS)[number];

/** What a round did, by how each that was due ended. */
export type Recovered = Readonly<{ due: number } & Record<RecoveryEnd, number>>;

/** Takes up to `limit` that are due. */
export type RecoveryRound = (limit: number) => ResultAsync<Recovered, StorageUnavailable>;

export type Recovery<Key> = Readonly<{
  clock: Clock;
  /** For how long one that could not be moved is passed over. */
  leaseMs: number;
  /** The most overdue first. */
  due(now: Instant, limit: number): ResultAsync<readonly Key[], StorageUnavailable>;
  nameOf(key: Key): string;
  /** Never an error: what could not be completed stays due. `moved` is called when a commit has changed its due time. */
  recover(key: Key, moved: () => void): ResultAsync<RecoveryEnd, never>;
}>;

const AT_ONCE = 16;

/** So many are remembered as stuck, at most: beyond that memory is worth more, and the longest stuck are tried again. */
const MOST_STUCK = 10_000;

/**
 * Rounds over what is due. One that a round could not move, because reading it fails or its commit is refused, is passed
 * over for as long as a lease lasts, so that one's trouble never holds up another: up to `MOST_STUCK` of them leave every
 * round to the others.
 */
export function recoveryRound<Key>({ clock, leaseMs, due, nameOf, recover }: Recovery<Key>): RecoveryRound {
  /** When each that has not moved since was last tried, the longest ago first. */
  const stuck = new Map<string, Instant>();

  return (limit) => {
    const now = clock.now();
    // A time ahead of now was noted before the clock stepped back.
    for (const [name, at] of stuck) if (at > now || at + leaseMs <= now) stuck.delete(name);
    return due(now, limit + stuck.size).andThen((found) => {
      const keys = found.filter((key) => !stuck.has(nameOf(key))).slice(0, limit);
      return inParallel(keys, AT_ONCE, tryOne).map((ends) => ({
        due: keys.length,
        settled: ends.filter((end) => end === 'settled').length,
        waiting: ends.filter((end) => end === 'waiting').length,
        skipped: ends.filter((end) => end === 'skipped').length,
        stuck: ends.filter((end) => end === 'stuck').length,
      }));
    });
  };

  /** Stuck until a commit moves it, which also holds when reading it throws. */
  function tryOne(key: Key): ResultAsync<RecoveryEnd, never> {
    const name = nameOf(key);
    const [longest] = stuck.keys();
    if (stuck.size >= MOST_STUCK && longest !== undefined) stuck.delete(longest);
    stuck.set(name, clock.now());
    return recover(key, () => void stuck.delete(name));
  }
}
