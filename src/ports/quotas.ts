import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** A fixed stretch of UTC time that begins at `start`, a whole minute or a midnight. */
export type QuotaWindow = Readonly<{ kind: QuotaKind; start: Instant }>;
export type QuotaKind = 'minute' | 'day';

export const QUOTA_WINDOW_MS: Readonly<Record<QuotaKind, number>> = { minute: 60_000, day: 86_400_000 };

/** How many windows a count outlives its own, so that a clock which lags or steps back still finds it. */
export const QUOTA_WINDOWS_KEPT = 60;

/** When a window's count is over. */
export const quotaEndsAt = ({ kind, start }: QuotaWindow): Instant =>
  start + (QUOTA_WINDOWS_KEPT + 1) * QUOTA_WINDOW_MS[kind];

/** Whose permits they are: a merchant's payments under its id, and its confirmations beside them. No id has a colon. */
export type QuotaHolder = MerchantId | `${string}:confirmations`;

/** Counts of permits given, apart from all other data. Adapters must pass `test/contract/quotas.contract.ts`. */
export interface Quotas {
  /**
   * Takes up to `wanted` permits (at least 1) of the `limit` of one window and says how many it got: all of them while
   * enough are left, else the rest, else 0. What all takers of a window ever get adds up to `limit` at the most, and
   * to no more than the highest limit named if limits differ. Permits are never given back: an Err, or a reply lost
   * before a retry inside, may have spent some. After a limit was raised, up to `wanted` - 1 of the last take that
   * was cut short stay spent.
   */
  take(
    holder: QuotaHolder,
    window: QuotaWindow,
    wanted: number,
    limit: number,
  ): ResultAsync<number, StorageUnavailable>;
}
