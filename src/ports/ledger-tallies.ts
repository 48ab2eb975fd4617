import type { ResultAsync } from 'neverthrow';
import type { Day } from '../domain/kernel/day.ts';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { LedgerTally } from '../domain/ledger/ledger-tally.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** What fees and disputes come to by the day on which they were posted. Adapters must pass `test/contract/ledger-tallies.contract.ts`. */
export interface LedgerTallies {
  /**
   * The sums for each day (both bounds inclusive), currency and type with any entry, in no order. Sees every commit that has resolved,
   * and each entry once. Reads in proportion to the days and never to the entries.
   */
  of(
    merchantId: MerchantId,
    range: Readonly<{ from?: Day; to?: Day }>,
  ): ResultAsync<readonly LedgerTally[], StorageUnavailable>;
}
