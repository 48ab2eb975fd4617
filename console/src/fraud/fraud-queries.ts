import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../api/api.ts';

export type FraudReport = Schemas['FraudReport'];

/** Approvals tell nothing over the stream of events, so what awaits a review is asked for again this often. */
const AGAIN_MS = 30_000;

/** Flagged payments that await a review, oldest first. */
export const unreviewedList = infiniteQueryOptions({
  queryKey: ['approvals', 'unreviewed'],
  queryFn: ({ pageParam, signal }) =>
    bodyOf(
      api.GET('/approvals/payments/unreviewed', {
        params: { query: { limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ pagination }) => pagination.nextCursor ?? undefined,
  refetchInterval: AGAIN_MS,
});

/** What became of the payments of the last thirty days, by their risk. */
export const fraudReport = queryOptions({
  queryKey: ['approvals', 'fraud-report'],
  // The other form of a report, CSV, is text.
  queryFn: async ({ signal }) =>
    (await bodyOf(
      api.GET('/approvals/reports/fraud', { params: { query: { format: 'json' } }, signal }),
    )) as FraudReport,
});
