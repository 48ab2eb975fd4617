import type { ResultAsync } from 'neverthrow';
import type { Claim, ClaimKey } from '../domain/kernel/claim.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** Where idempotency claims are read. Adapters must pass `test/contract/claims.contract.ts`. */
export interface Claims {
  /** Strongly consistent. A claim that has lapsed at `now` is not there, even while its row still is. */
  find(key: ClaimKey, now: Instant): ResultAsync<Claim | undefined, StorageUnavailable>;
  /**
   * Keys of open claims with `dueAt` ≤ `now`, most overdue first, up to `limit`. May lag behind the newest commits and
   * may name claims that have moved on: read each with `find` before acting on it.
   */
  due(now: Instant, limit: number): ResultAsync<readonly ClaimKey[], StorageUnavailable>;
}
