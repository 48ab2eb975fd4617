import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { paths } from '../../../client/src/api.ts';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { PAGED, pageFrom } from '../api/paged.ts';
import type { SettlementSearch } from './settlement-search.ts';

export type Settlement = Schemas['Settlement'];
export type SettlementItem = Schemas['SettlementItem'];

type Query = NonNullable<paths['/settlements']['get']['parameters']['query']>;

export const settlementList = (search: SettlementSearch) =>
  infiniteQueryOptions({
    ...PAGED,
    queryKey: ['settlements', 'list', search],
    queryFn: ({ pageParam, signal }) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined);
      const query = { ...(Object.fromEntries(given) as Query), ...pageFrom(pageParam) };
      return dataOf(api.GET('/settlements', { params: { query }, signal }));
    },
  });

export const settlementQuery = (id: string) =>
  queryOptions({
    queryKey: ['settlements', 'one', id],
    queryFn: ({ signal }) => dataOf(api.GET('/settlements/{id}', { params: { path: { id } }, signal })),
    meta: { live: true },
  });

export const itemList = (id: string) =>
  infiniteQueryOptions({
    ...PAGED,
    queryKey: ['settlements', 'items', id],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/settlements/{id}/items', { params: { path: { id }, query: pageFrom(pageParam) }, signal }),
      ),
  });

export const settlementExceptions = (id: string) =>
  infiniteQueryOptions({
    ...PAGED,
    queryKey: ['settlements', 'exceptions', id],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/settlements/{id}/exceptions', {
          params: { path: { id }, query: pageFrom(pageParam) },
          signal,
        }),
      ),
  });
