import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';

export type Merchant = Schemas['Merchant'];
export type MerchantChange = Schemas['MerchantChange'];

export const merchantList = infiniteQueryOptions({
  queryKey: ['merchants', 'list'],
  queryFn: ({ pageParam, signal }) =>
    dataOf(
      api.GET('/merchants', {
        params: { query: { limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
});

export const merchantQuery = (id: string) =>
  queryOptions({
    queryKey: ['merchants', 'one', id],
    queryFn: ({ signal }) => dataOf(api.GET('/merchants/{id}', { params: { path: { id } }, signal })),
  });

/** Changes a merchant as it was seen: one that others changed meanwhile is left as it is, and shown as it is now. */
export function useMerchantChange({ id, version }: Merchant, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: MerchantChange) =>
      dataOf(
        api.PATCH('/merchants/{id}', {
          params: { path: { id }, header: { 'If-Match': `"${version}"` } },
          body,
        }),
      ),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['merchants'] }),
  });
}
