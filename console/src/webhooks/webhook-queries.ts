import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import type { WebhookSearch } from './webhook-search.ts';

export type Endpoint = Schemas['WebhookEndpoint'];
export type Delivery = Schemas['WebhookDelivery'];
export type ReadDelivery = Schemas['WebhookDeliveryWithRequest'];

export const endpointsQuery = queryOptions({
  queryKey: ['webhooks', 'endpoints'],
  queryFn: ({ signal }) => dataOf(api.GET('/webhook_endpoints', { signal })),
  meta: { live: 'always' },
});

export const deliveriesQuery = ({ endpoint_id, status }: WebhookSearch) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'deliveries', endpoint_id, status],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/webhook_deliveries', {
          params: {
            query: {
              limit: 50,
              ...(endpoint_id === undefined ? {} : { endpoint_id }),
              ...(status === undefined ? {} : { status }),
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

/** How many of an endpoint's latest deliveries its health is told by. */
const LATEST = 50;

export const latestDeliveries = (endpoint_id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'latest', endpoint_id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/webhook_deliveries', { params: { query: { endpoint_id, limit: LATEST } }, signal })),
    meta: { live: 'always' },
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'delivery', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/webhook_deliveries/{id}', { params: { path: { id } }, signal })),
    meta: { live: 'always' },
  });
