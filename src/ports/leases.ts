import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../domain/kernel/instant.ts';
import type { StorageUnavailable } from './unavailable.ts';

export type Lease = Readonly<{ name: string; holder: string; until: Instant }>;

/** How long a lease that was neither renewed nor released is kept after its end: long enough for any two clocks. */
export const LEASES_KEPT_MS = 24 * 3_600_000;

/**
 * Who works on what, for a while, and who is logged in (docs/decisions/0054). A lease spares two workers the same work and is no lock: with clocks that disagree,
 * or a holder that stalls past its end, two may act at once, and all they do must bear it. Names and holders are 1–200
 * visible ASCII characters. Adapters must pass `test/contract/leases.contract.ts`.
 */
export interface Leases {
  /**
   * Takes or renews each of `names` that is free, has lapsed at `now` or is the holder's own, and gives those that are
   * the holder's now, in any order. Each name is decided by itself, and of rivals for one exactly one gets it. Safe to
   * repeat.
   */
  hold(
    names: readonly string[],
    holder: string,
    now: Instant,
    until: Instant,
  ): ResultAsync<readonly string[], StorageUnavailable>;
  /** The leases whose names begin with `prefix` and that have not lapsed at `now`, by name. Strongly consistent. */
  holders(prefix: string, now: Instant): ResultAsync<readonly Lease[], StorageUnavailable>;
  /** Frees those of `names` that are the holder's, who may be gone; others' are left alone. */
  release(names: readonly string[], holder: string): ResultAsync<void, StorageUnavailable>;
}
