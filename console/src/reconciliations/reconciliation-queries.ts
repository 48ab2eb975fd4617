import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { PAGED, pageFrom } from '../api/paged.ts';
import type { ReconciliationSearch } from './reconciliation-search.ts';

export type Reconciliation = Schemas['Reconciliation'];
export type ReconciledRow = Schemas['ReconciledRow'];

const POLL_MS = 1_000;
const RENEWED_MS = 10 * 60_000;
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
  ...PAGED,
  queryKey: ['reconciliations', 'list'],
  queryFn: ({ pageParam, signal }) =>
    dataOf(api.GET('/reconciliations', { params: { query: pageFrom(pageParam) }, signal })),
  refetchInterval: ({ state }) =>
    state.data?.pages.some(({ items }) => items.some(isUnderWay)) === true && 2 * POLL_MS,
});

/** Counted as it goes while the file is read; afterwards read for its links, which are good for 15 minutes. */
export const reconciliationQuery = (id: string) =>
  queryOptions({
    queryKey: ['reconciliations', 'one', id],
    queryFn: ({ signal }) => dataOf(api.GET('/reconciliations/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && (isUnderWay(data) || isReportDue(data)) ? POLL_MS : RENEWED_MS,
    meta: { live: true },
  });

/** Read anew with each version, as rows have their outcome while the file is read; those that were shown stay until then. */
export const rowList = ({ id, version }: Reconciliation, { outcome }: ReconciliationSearch) =>
  infiniteQueryOptions({
    ...PAGED,
    queryKey: ['reconciliations', 'rows', id, outcome, version],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/reconciliations/{id}/rows', {
          params: {
            path: { id },
            query: {
              ...pageFrom(pageParam),
              ...(outcome === undefined ? {} : { outcome }),
            },
          },
          signal,
        }),
      ),
    meta: {},
    placeholderData: (before, query) =>
      query?.queryKey[2] === id && query.queryKey[3] === outcome ? before : undefined,
    staleTime: 60_000,
  });
