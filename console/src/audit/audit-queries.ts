import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { type AuditSearch, auditFilters, type Chained } from './audit-search.ts';

export type AuditEntry = Schemas['AuditEntry'];

/** The trail, newest first, as it was when it was opened. */
export const auditList = (search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'list', search],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/audit', {
          params: {
            query: {
              ...auditFilters(search),
              limit: 50,
              ...(pageParam === undefined ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });

/** Who read a customer, the latest first. */
export const looksAt = (customerId: string) =>
  queryOptions({
    queryKey: ['audit', 'looks', customerId],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/audit', {
          params: {
            query: {
              entity_type: 'customer_access',
              entity_id: customerId.replace(/^cus_/, 'cac_'),
              limit: 20,
            },
          },
          signal,
        }),
      ),
  });

/** Who erased a customer and when, which is the latest of its trail; null of one that is not erased. */
export const erasureOf = (customerId: string) =>
  queryOptions({
    queryKey: ['audit', 'erasure', customerId],
    queryFn: async ({ signal }) => {
      const { items } = await dataOf(
        api.GET('/audit', {
          params: { query: { entity_type: 'customer', entity_id: customerId, limit: 20 } },
          signal,
        }),
      );
      return items.find(({ action }) => action === 'customer.erased') ?? null;
    },
  });

/** Whether one chain is as it was sealed, each time that it is looked at. */
export const chainQuery = (of: Readonly<{ entity_type: Chained; entity_id: string }>) =>
  queryOptions({
    queryKey: ['audit', 'chain', of],
    queryFn: ({ signal }) => dataOf(api.GET('/audit/chain', { params: { query: of }, signal })),
    meta: { live: true },
  });
