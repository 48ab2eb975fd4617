import { err, ok, type Result, type ResultAsync } from 'neverthrow';
import { dayOf } from '../../domain/kernel/day.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { Summaries } from '../../ports/summaries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MerchantNotFound } from '../merchants/read-merchants.ts';

/**
 * How many payments a merchant has taken in the last 30 whole days (UTC), whatever became of them. Two reads: the merchant, and the
 * tallies of those days.
 */
export type RecentTransactions = (
  merchantId: MerchantId,
) => ResultAsync<bigint, MerchantNotFound | StorageUnavailable>;

const DAY_MS = 86_400_000;
const DAYS = 30;

export const recentTransactions =
  ({
    merchants,
    summaries,
    clock,
  }: Readonly<{ merchants: Merchants; summaries: Summaries; clock: Clock }>): RecentTransactions =>
  (merchantId) => {
    const today = clock.now();
    const range = { from: dayOf(today - DAYS * DAY_MS), to: dayOf(today - DAY_MS) };
    return merchants
      .find(merchantId)
      .andThen(
        (merchant): Result<void, MerchantNotFound> =>
          merchant === undefined ? err({ kind: 'MerchantNotFound' }) : ok(),
      )
      .andThen(() => summaries.tallies(merchantId, range))
      .map((tallies) => BigInt(tallies.reduce((sum, { count }) => sum + count, 0)));
  };
