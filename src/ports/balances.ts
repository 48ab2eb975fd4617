import type { ResultAsync } from 'neverthrow';
import type { CurrencyCode } from '../domain/kernel/currency.ts';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Balance } from '../domain/ledger/ledger.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** `spendings` is what a `Spending` expects. It is never newer than the sums beside it. */
export type CurrentBalance = Balance & Readonly<{ spendings: number }>;

/**
 * What ledger entries add up to, kept by commits in many parts so that no payment waits for another's. Adapters must
 * pass `test/contract/ledger.contract.ts`.
 */
export interface Balances {
  /**
   * One for each currency of which the merchant has entries, by currency. Sees every commit that has resolved; of those
   * under way, each entry is seen whole or not at all. On DynamoDB one batch of reads for each currency asked for.
   */
  of(
    merchantId: MerchantId,
    currency?: CurrencyCode,
  ): ResultAsync<readonly CurrentBalance[], StorageUnavailable>;
}
