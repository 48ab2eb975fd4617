import type { ResultAsync } from 'neverthrow';
import type { CurrencyCode } from '../domain/kernel/currency.ts';
import type { LedgerEntryId, MerchantId } from '../domain/kernel/ids.ts';
import type { LedgerEntry } from '../domain/ledger/ledger.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** Where ledger entries are read; only commits write them. Adapters must pass `test/contract/ledger.contract.ts`. */
export interface Ledger {
  /**
   * Newest first by id, up to `limit`; fewer only at the end. `before` is exclusive. Strongly consistent; walking gives
   * every entry that existed at the start exactly once.
   */
  list(
    merchantId: MerchantId,
    filter: Readonly<{ currency?: CurrencyCode }>,
    page: Readonly<{ limit: number; before?: LedgerEntryId }>,
  ): ResultAsync<readonly LedgerEntry[], StorageUnavailable>;
}
