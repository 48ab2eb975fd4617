import type { ResultAsync } from 'neverthrow';
import type { Day } from '../domain/kernel/day.ts';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Tally } from '../domain/payments/tally.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** What tallies add up to. Adapters must pass `test/contract/summaries.contract.ts`. */
export interface Summaries {
  /**
   * The sums for each day (both bounds inclusive), currency and status with any payment, in no order. Sees every commit
   * that has resolved, and counts each payment exactly once, in a state that it had while this was read. Reads in
   * proportion to the days and never to the payments.
   */
  tallies(
    merchantId: MerchantId,
    range: Readonly<{ from?: Day; to?: Day }>,
  ): ResultAsync<readonly Tally[], StorageUnavailable>;
}
