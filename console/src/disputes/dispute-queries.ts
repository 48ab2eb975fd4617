import { infiniteQueryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { useSending } from '../api/sending.ts';
import type { DisputeSearch } from './dispute-search.ts';

export type Dispute = Schemas['Dispute'];

export const disputeList = ({ status, payment_id }: DisputeSearch) =>
  infiniteQueryOptions({
    queryKey: ['disputes', 'list', status, payment_id],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET('/disputes', {
          params: {
            query: {
              limit: 50,
              ...(status === undefined ? {} : { status }),
              ...(payment_id === undefined ? {} : { payment_id }),
              ...(pageParam === undefined ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    meta: { live: true },
  });

/** Gives one dispute up, as it was seen: one that has moved on meanwhile is left alone. */
export const useAcceptance = ({ id, version }: Dispute, onDone: () => void) =>
  useSending({
    send: (_: undefined, key) =>
      dataOf(
        api.POST('/disputes/{id}/accept', {
          params: { path: { id }, header: { 'Idempotency-Key': key, 'If-Match': `"${version}"` } },
          body: {},
        }),
      ),
    refreshes: ['disputes'],
    onDone,
  });
