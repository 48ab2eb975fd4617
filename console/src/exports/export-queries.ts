import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { PAGED, pageFrom } from '../api/paged.ts';
import { useSending } from '../api/sending.ts';

export type ExportJob = Schemas['ExportJob'];
export type NewExport = Schemas['NewExport'];

const POLL_MS = 1_000;
/** Links are good for 15 minutes, and made anew at each read. */
const LINK_MS = 15 * 60_000;
const RENEWED_MS = 10 * 60_000;

export const isUnderWay = ({ status }: Pick<ExportJob, 'status'>): boolean =>
  status === 'pending' || status === 'processing';

/** Until when the link of an export works that was read then. */
export const linkEndsAt = (readAt: number): string => new Date(readAt + LINK_MS).toISOString();

export const exportList = infiniteQueryOptions({
  ...PAGED,
  queryKey: ['exports', 'list'],
  queryFn: ({ pageParam, signal }) =>
    dataOf(api.GET('/exports', { params: { query: pageFrom(pageParam) }, signal })),
  refetchInterval: ({ state }) =>
    state.data?.pages.some(({ items }) => items.some(isUnderWay)) === true && 2 * POLL_MS,
});

/** How far it is, while it is made; then its link, which is renewed for as long as it is looked at. */
export const exportQuery = (id: string) =>
  queryOptions({
    queryKey: ['exports', 'one', id],
    queryFn: ({ signal }) => dataOf(api.GET('/exports/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) =>
      data === undefined ? false : isUnderWay(data) ? POLL_MS : data.status === 'completed' && RENEWED_MS,
    meta: { live: true },
  });

const order = (body: NewExport, key: string) =>
  dataOf(api.POST('/exports', { params: { header: { 'Idempotency-Key': key } }, body }));

/** `onOrdered` is called before the list is read anew. */
export const useOrder = (onOrdered: (id: string) => void, onDone: (id: string) => void) =>
  useSending({
    send: async (asked: NewExport, key) => {
      const { export_id } = await order(asked, key);
      onOrdered(export_id);
      return export_id;
    },
    refreshes: ['exports'],
    onDone,
  });

const cancel = (id: string, key: string) =>
  dataOf(api.POST('/exports/{id}/cancel', { params: { path: { id }, header: { 'Idempotency-Key': key } } }));

export const useCancellation = () => useSending({ send: cancel, refreshes: ['exports'], onDone: () => {} });

export type ExportSchedule = Schemas['ExportSchedule'];
export type NewSchedule = Schemas['NewExportSchedule'];

/** All of them, as one page; no event tells of them. */
export const scheduleList = infiniteQueryOptions({
  queryKey: ['exports', 'schedules'],
  queryFn: ({ signal }) => dataOf(api.GET('/export_schedules', { signal })),
  initialPageParam: undefined,
  getNextPageParam: () => undefined,
  meta: { live: 'always' },
});

const schedule = (body: NewSchedule, key: string) =>
  dataOf(api.POST('/export_schedules', { params: { header: { 'Idempotency-Key': key } }, body }));

/** `onMade` is called before the list is read anew. */
export const useSchedule = (onMade: (id: string) => void, onDone: () => void) =>
  useSending({
    send: async (asked: NewSchedule, key) => onMade((await schedule(asked, key)).id),
    refreshes: ['exports'],
    onDone,
  });

type Change = Readonly<{ schedule: ExportSchedule; to: ExportSchedule['status'] | 'removed' }>;

/** Of the schedule as it was seen; one that has changed meanwhile is left alone. */
const change = async ({ schedule: { id, version }, to }: Change): Promise<unknown> => {
  const params = { path: { id }, header: { 'If-Match': `"${version}"` } };
  if (to === 'removed') return (await api.DELETE('/export_schedules/{id}', { params })).response.status;
  return dataOf(api.PATCH('/export_schedules/{id}', { params, body: { status: to } }));
};

export function useScheduleChange(onDone: () => void) {
  const queries = useQueryClient();
  return useSending({
    send: change,
    refreshes: ['exports'],
    onDone,
    // It may be another by now, or gone.
    onRefused: () => void queries.invalidateQueries({ queryKey: ['exports'] }),
  });
}
