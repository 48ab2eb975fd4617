import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../api/api.ts';
import type { ReconciliationSearch } from './reconciliation-search.ts';

export type Reconciliation = Schemas['Reconciliation'];
export type ReconciledRow = Schemas['ReconciledRow'];

const POLL_MS = 1_000;
/** The report is made moments after the end; where it is not there by then, it is not waited for. */
const REPORT_WITHIN_MS = 60_000;

export const isUnderWay = ({ status }: Pick<Reconciliation, 'status'>): boolean =>
  status === 'pending' || status === 'processing';

const isReportDue = ({ report_url, report_error, completed_at }: Reconciliation): boolean =>
  report_url === undefined &&
  report_error === undefined &&
  completed_at !== undefined &&
  Date.now() - Date.parse(completed_at) < REPORT_WITHIN_MS;

export const reconciliationList = infiniteQueryOptions({
  queryKey: ['reconciliations', 'list'],
  queryFn: ({ pageParam, signal }) =>
    bodyOf(
      api.GET('/reconciliations', {
        params: { query: { limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
  refetchInterval: ({ state }) =>
    state.data?.pages.some(({ items }) => items.some(isUnderWay)) === true && 2 * POLL_MS,
  meta: { live: true },
});

/** Counted as it goes while the file is read. */
export const reconciliationQuery = (id: string) =>
  queryOptions({
    queryKey: ['reconciliations', 'one', id],
    queryFn: ({ signal }) => bodyOf(api.GET('/reconciliations/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && (isUnderWay(data) || isReportDue(data)) && POLL_MS,
    meta: { live: true },
  });

/** Read anew with each version: rows have their outcome as the file is read. */
export const rowList = ({ id, version }: Reconciliation, { outcome }: ReconciliationSearch) =>
  infiniteQueryOptions({
    queryKey: ['reconciliations', 'rows', id, outcome, version],
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/reconciliations/{id}/rows', {
          params: {
            path: { id },
            query: {
              limit: 50,
              ...(outcome === undefined ? {} : { outcome }),
              ...(pageParam === undefined ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    staleTime: 60_000,
  });
