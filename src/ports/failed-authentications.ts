import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** How many authentications failed in the minute that begins at `minute`. */
export type FailedAuthentications = Readonly<{ minute: Instant; count: number }>;

/** How long a minute's count is kept. */
export const FAILED_AUTHENTICATIONS_KEPT_MS = 90 * 24 * 3_600_000;

/**
 * Refused authentications, counted by minute and by the merchant they claimed to be; the claim was never proved.
 * Without a merchant: those that named none that exists. Counts are kept for 90 days, apart from all other data.
 * Adapters must pass `test/contract/failed-authentications.contract.ts`.
 */
export interface FailedAuthenticationCounts {
  /** Adds to one minute's count. An Err may have added, and a retry inside may have added twice: it is an alarm, not a book. */
  add(
    merchantId: MerchantId | undefined,
    minute: Instant,
    count: number,
  ): ResultAsync<void, StorageUnavailable>;
  /** The minutes that begin from `from` to `to`, both included, and have a count; oldest first. Strongly consistent. */
  list(
    merchantId: MerchantId | undefined,
    from: Instant,
    to: Instant,
  ): ResultAsync<readonly FailedAuthentications[], StorageUnavailable>;
}
