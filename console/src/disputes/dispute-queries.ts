import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf, type Schemas } from '../api/api.ts';
import { isPassing } from '../api/problem.ts';
import type { DisputeSearch } from './dispute-search.ts';

export type Dispute = Schemas['Dispute'];

export const disputeList = ({ status }: DisputeSearch) =>
  infiniteQueryOptions({
    queryKey: ['disputes', 'list', status],
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        api.GET('/disputes', {
          params: {
            query: {
              limit: 50,
              ...(status === undefined ? {} : { status }),
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

/**
 * Gives one dispute up, as it was seen and under one key: sent again without a final answer it is still one acceptance, and a
 * dispute that has moved on meanwhile is left alone.
 */
export function useAcceptance({ id, version }: Dispute, onDone: () => void) {
  const queries = useQueryClient();
  const [key] = useState(() => `console-${crypto.randomUUID()}`);
  const mutation = useMutation({
    mutationFn: () =>
      bodyOf(
        api.POST('/disputes/{id}/accept', {
          params: { path: { id }, header: { 'Idempotency-Key': key, 'If-Match': `"${version}"` } },
          body: {},
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['disputes'] });
      onDone();
    },
  });
  return { mutation, isUndecided: isPassing(mutation.error) };
}
