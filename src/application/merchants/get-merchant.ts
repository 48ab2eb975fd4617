import { err, ok, type ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Merchant } from '../../domain/merchants/merchant.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

export type MerchantNotFound = Readonly<{ kind: 'MerchantNotFound' }>;

/** Reads a tenant, suspended or not. One read, strongly consistent. */
export type GetMerchant = (id: MerchantId) => ResultAsync<Merchant, MerchantNotFound | StorageUnavailable>;

export const getMerchant =
  ({ merchants }: Readonly<{ merchants: Merchants }>): GetMerchant =>
  (id) =>
    merchants.find(id).andThen((merchant) => (merchant === undefined ? err(notFound) : ok(merchant)));

const notFound: MerchantNotFound = { kind: 'MerchantNotFound' };
