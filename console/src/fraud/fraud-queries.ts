import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { paths } from '../../../client/src/api.ts';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import type { FraudSearch } from './fraud-search.ts';

export type FraudReport = Schemas['FraudReport'];

/** Approvals tell nothing over the stream of events, so what awaits a review is asked for again this often. */
const AGAIN_MS = 30_000;

/** Flagged payments that await a review, oldest first. */
export const unreviewedList = infiniteQueryOptions({
  queryKey: ['approvals', 'unreviewed'],
  queryFn: ({ pageParam, signal }) =>
    dataOf(
      api.GET('/approvals/payments/unreviewed', {
        params: { query: { limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ pagination }) => pagination.nextCursor ?? undefined,
  refetchInterval: AGAIN_MS,
});

type Days = Pick<FraudSearch, 'from' | 'to'>;

/** Those of a query that are given. */
const given = <Query extends object>(terms: Query) =>
  Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));

/** The report as a file of its own. */
export const fraudCsv = ({ from, to }: Days): string =>
  `/console/api/approvals/reports/fraud?${new URLSearchParams({ ...given({ from, to }), format: 'csv' })}`;

/** What became of the payments of the days, by their risk; of the last thirty where they are open. */
export const fraudReport = ({ from, to }: Days) =>
  queryOptions({
    queryKey: ['approvals', 'fraud-report', from, to],
    // The other form of a report, CSV, is text.
    queryFn: async ({ signal }) =>
      (await dataOf(
        api.GET('/approvals/reports/fraud', {
          params: { query: { ...given({ from, to }), format: 'json' } },
          signal,
        }),
      )) as FraudReport,
    // A number's address says which days the report was of: it is the same report, and stays.
    placeholderData: keepPreviousData,
  });

type Query = NonNullable<paths['/approvals/payments']['get']['parameters']['query']>;

/** What of the search chooses payments: a number of the report, and its days. */
export type Counted = Omit<FraudSearch, 'payment'>;

/** The payments that a number of the report counts, newest first. */
export const countedPayments = (counted: Counted) =>
  infiniteQueryOptions({
    queryKey: ['approvals', 'counted', counted],
    queryFn: async ({ pageParam, signal }) => {
      const query: Query = { ...given({ ...counted, cursor: pageParam }), limit: 50 };
      const { payments, pagination } = await dataOf(
        api.GET('/approvals/payments', { params: { query }, signal }),
      );
      return { items: payments, next: pagination.nextCursor };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  });
