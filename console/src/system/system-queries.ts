import { queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, apiOnce, type Schemas } from '../api/api.ts';
import { useSending } from '../api/sending.ts';

export type SystemState = Schemas['SystemState'];
export type ParkedEvent = Schemas['ParkedEvent'];
export type Service = 'platform' | 'approvals';

/** No event tells of any of it. */
const AGAIN_MS = 10_000;
/** Of lists that take more to read, or hide for a moment what they show. */
const SELDOM_MS = 60_000;
const MOST_ROWS = 20;

export const systemQuery = queryOptions({
  queryKey: ['system', 'state'],
  queryFn: ({ signal }) => dataOf(api.GET('/system', { signal })),
  refetchInterval: AGAIN_MS,
});

export const readinessQuery = queryOptions({
  queryKey: ['system', 'readiness'],
  queryFn: ({ signal }) => dataOf(apiOnce.GET('/readyz', { signal })),
  refetchInterval: AGAIN_MS,
});

export const parkedQuery = (service: Service) =>
  queryOptions({
    queryKey: ['system', 'parked', service],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/outbox/parked', { params: { query: { service, limit: 100 } }, signal })),
    refetchInterval: AGAIN_MS,
  });

export const unsentQuery = (service: Service) =>
  queryOptions({
    queryKey: ['system', 'unsent', service],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/outbox/unsent', { params: { query: { service, limit: MOST_ROWS } }, signal })),
    refetchInterval: AGAIN_MS,
  });

export const openJobsQuery = queryOptions({
  queryKey: ['system', 'jobs'],
  queryFn: ({ signal }) => dataOf(api.GET('/system/jobs', { params: { query: { limit: 100 } }, signal })),
  refetchInterval: AGAIN_MS,
});

export const dueDeliveriesQuery = queryOptions({
  queryKey: ['system', 'deliveries'],
  queryFn: ({ signal }) =>
    dataOf(api.GET('/system/webhook_deliveries', { params: { query: { limit: MOST_ROWS } }, signal })),
  refetchInterval: SELDOM_MS,
});

export const deadLettersQuery = queryOptions({
  queryKey: ['system', 'dead letters'],
  queryFn: ({ signal }) =>
    dataOf(api.GET('/system/dead_letters', { params: { query: { limit: MOST_ROWS } }, signal })),
  refetchInterval: SELDOM_MS,
});

/** Puts one parked event back on its way, under one key for as long as no final answer came. */
export const useUnpark = ({ id }: ParkedEvent) =>
  useSending({
    send: (_: undefined, key) =>
      dataOf(
        api.POST('/outbox/{id}/unpark', {
          params: { path: { id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    refreshes: ['system'],
    onDone: () => {},
  }).mutation;
