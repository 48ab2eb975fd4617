import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { paths } from '../../../client/src/api.ts';
import { api, bodyOf, type Schemas } from '../api/api.ts';

export type LedgerEntry = Schemas['LedgerEntry'];
export type CurrencyBalance = Schemas['Balance']['balances'][number];

type Currency = NonNullable<NonNullable<paths['/ledger/entries']['get']['parameters']['query']>['currency']>;

export const balanceQuery = queryOptions({
  queryKey: ['balance'],
  queryFn: ({ signal }) => bodyOf(api.GET('/balance', { signal })),
  meta: { live: true },
});

/** The entries as they were when the list was opened; nothing ever changes one. */
export const entryList = (currency: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['ledger', 'entries', currency],
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/ledger/entries', {
          params: {
            query: {
              limit: 50,
              ...(currency === undefined ? {} : { currency: currency as Currency }),
              ...(pageParam === undefined ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  });
