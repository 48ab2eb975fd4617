import type { ResultAsync } from 'neverthrow';
import type { Customer } from '../../domain/customers/customer.ts';
import { firstIdAt, idAfter, lastIdAt, type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

export type ListCustomersRequest = Readonly<{
  merchantId: MerchantId;
  /** Of when they were created, both ends included. */
  filter: Readonly<{ from?: Instant; to?: Instant }>;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of a merchant's customers, erased ones too, newest first. Nothing of their details is opened, so no look goes on record. The
 * cursor is good for this tenant and this filter only. One read, of a range of their keys.
 */
export type ListCustomers = (
  request: ListCustomersRequest,
) => ResultAsync<Page<Customer>, CursorInvalid | StorageUnavailable>;

export const listCustomers = (
  ports: Readonly<{ aggregates: Aggregates; signedTokens: SignedTokens; clock: Clock }>,
): ListCustomers => {
  const pages = paging(ports, (text) => parseId('cus', text));
  return ({ merchantId, filter, ...request }) =>
    pages({ ...request, context: { list: 'customers', merchantId, filter } }, (part) =>
      ports.aggregates.newest(merchantId, 'customer', {
        ...(filter.to === undefined ? {} : { before: idAfter('cus', lastIdAt('cus', filter.to)) }),
        ...(filter.from === undefined ? {} : { from: firstIdAt('cus', filter.from) }),
        ...part,
      }),
    );
};
