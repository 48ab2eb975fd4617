import { err, ok, type ResultAsync } from 'neverthrow';
import { type MerchantId, parseMerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Merchant } from '../../domain/merchants/merchant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

export type MerchantNotFound = Readonly<{ kind: 'MerchantNotFound' }>;

/** Reads a tenant, suspended or not. One read, strongly consistent. */
export type GetMerchant = (id: MerchantId) => ResultAsync<Merchant, MerchantNotFound | StorageUnavailable>;

export const getMerchant =
  ({ merchants }: Readonly<{ merchants: Merchants }>): GetMerchant =>
  (id) =>
    merchants.find(id).andThen((merchant) => (merchant === undefined ? err(notFound) : ok(merchant)));

const notFound: MerchantNotFound = { kind: 'MerchantNotFound' };

export type ListMerchantsRequest = Readonly<{ limit: number; cursor?: string }>;

/** A page of all tenants by ascending id, which says nothing about their age. */
export type ListMerchants = (
  request: ListMerchantsRequest,
) => ResultAsync<Page<Merchant>, CursorInvalid | StorageUnavailable>;

export const listMerchants = (
  ports: Readonly<{ merchants: Merchants; signedTokens: SignedTokens; clock: Clock }>,
): ListMerchants => {
  const page = paging(ports, parseMerchantId);
  return (request) =>
    page({ ...request, context: { list: 'merchants' } }, ({ limit, before }) =>
      ports.merchants.list({ limit, ...present({ after: before }) }),
    );
};
