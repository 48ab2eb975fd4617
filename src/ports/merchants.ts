import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../domain/ids.ts';
import type { Merchant } from '../domain/merchant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** Where tenants live. Adapters must pass `test/contract/merchants.contract.ts`. */
export interface Merchants {
  /** Strongly consistent: a suspension binds the next payment. */
  find(id: MerchantId): ResultAsync<Merchant | undefined, StorageUnavailable>;
  /** Stores a merchant that does not exist yet; an existing one stays as it is. Safe to repeat. */
  addIfAbsent(merchant: Merchant): ResultAsync<void, StorageUnavailable>;
}
