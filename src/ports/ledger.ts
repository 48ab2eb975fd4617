import type { ResultAsync } from 'neverthrow';
import type { CurrencyCode } from '../domain/kernel/currency.ts';
import type { LedgerEntryId, MerchantId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { LedgerEntry, LedgerEntryType } from '../domain/ledger/ledger.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** Both ends of the time are within it. */
export type LedgerFilter = Readonly<{
  currency?: CurrencyCode;
  type?: LedgerEntryType;
  from?: Instant;
  to?: Instant;
}>;

/** Where ledger entries are read; only commits write them. Adapters must pass `test/contract/ledger.contract.ts`. */
export interface Ledger {
  /**
   * Newest first by id, up to `limit`; fewer only at the end. `before` is exclusive. Strongly consistent; walking gives
   * every entry that existed at the start and matches exactly once. Entries before and after the time cost no read.
   */
  list(
    merchantId: MerchantId,
    filter: LedgerFilter,
    page: Readonly<{ limit: number; before?: LedgerEntryId }>,
  ): ResultAsync<readonly LedgerEntry[], StorageUnavailable>;
}
