import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Merchant } from '../domain/merchants/merchant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** Where tenants are found; commits write them. Adapters must pass `test/contract/merchants.contract.ts`. */
export interface Merchants {
  /** Strongly consistent: a suspension binds the next payment. */
  find(id: MerchantId): ResultAsync<Merchant | undefined, StorageUnavailable>;
  /** All tenants by ascending id, `after` exclusive, up to `limit`; fewer only at the end. Strongly consistent. */
  list(
    page: Readonly<{ limit: number; after?: MerchantId }>,
  ): ResultAsync<readonly Merchant[], StorageUnavailable>;
}
