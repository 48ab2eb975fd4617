import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { paths } from '../../../client/src/api.ts';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { PAGED, pageFrom } from '../api/paged.ts';
import type { Account } from './ledger-search.ts';

export type LedgerEntry = Schemas['LedgerEntry'];
export type CurrencyBalance = Schemas['Balance']['balances'][number];
export type Statement = Schemas['LedgerStatement'];
export type StatementLine = Statement['items'][number];
export type Transfer = Schemas['Transfer'];

type Currency = paths['/ledger/statement']['get']['parameters']['query']['currency'];

export const balanceQuery = queryOptions({
  queryKey: ['balance'],
  queryFn: ({ signal }) => dataOf(api.GET('/balance', { signal })),
  meta: { live: true },
});

/** The entries as they were when the list was opened; nothing ever changes one. */
export const entryList = infiniteQueryOptions({
  queryKey: ['ledger', 'entries'],
  queryFn: ({ pageParam, signal }) =>
    dataOf(api.GET('/ledger/entries', { params: { query: pageFrom(pageParam) }, signal })),
  initialPageParam: PAGED.initialPageParam,
  getNextPageParam: PAGED.getNextPageParam,
});

export type StatementTerms = Readonly<{
  currency: string;
  account: Account;
  start_date: string;
  end_date: string;
}>;

/** The lines, newest first, each page with the sums of all. What each page takes the API is what came since the start. */
export const statementQuery = ({ currency, ...terms }: StatementTerms) =>
  infiniteQueryOptions({
    queryKey: ['ledger', 'statement', currency, terms],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/ledger/statement', {
          params: { query: { currency: currency as Currency, ...terms, ...pageFrom(pageParam) } },
          signal,
        }),
      ),
    ...PAGED,
    meta: { live: 'seldom' },
  });

/** From and to the merchant. */
export const transferList = infiniteQueryOptions({
  queryKey: ['transfers'],
  queryFn: ({ pageParam, signal }) =>
    dataOf(api.GET('/transfers', { params: { query: pageFrom(pageParam) }, signal })),
  ...PAGED,
});
