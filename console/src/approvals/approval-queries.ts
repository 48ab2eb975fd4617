import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';

export type VendorPayment = Schemas['VendorPayment'];

const PAGE = 100;

/** The oldest of what waits for approval, for what counts them: where there are more, a cursor says so. */
export const pendingApprovals = queryOptions({
  queryKey: ['approvals', 'pending'],
  queryFn: ({ signal }) =>
    dataOf(api.GET('/approvals/payments/pending', { params: { query: { limit: PAGE } }, signal })),
  meta: { live: 'always' },
});

/** What waits for approval, oldest first, page after page. What counts them is given the first, and does not ask for it again. */
export const inboxList = infiniteQueryOptions({
  queryKey: ['approvals', 'inbox'],
  queryFn: ({ pageParam, signal, client }) =>
    pageParam === undefined
      ? client.fetchQuery({ ...pendingApprovals, staleTime: 0 })
      : dataOf(
          api.GET('/approvals/payments/pending', {
            params: { query: { limit: PAGE, cursor: pageParam } },
            signal,
          }),
        ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ pagination }) => pagination.nextCursor ?? undefined,
  meta: { live: 'always' },
});

export const vendorPaymentQuery = (id: string) =>
  queryOptions({
    queryKey: ['approvals', 'payment', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/approvals/payments/{id}', { params: { path: { id } }, signal })),
    meta: { live: 'always' },
  });

export const approvalLog = (id: string) =>
  queryOptions({
    queryKey: ['approvals', 'log', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/approvals/payments/{id}/audit', { params: { path: { id } }, signal })),
    meta: { live: 'always' },
  });

/** What else the vendor was to be paid, the newest first. */
export const otherPayments = (vendorId: string) =>
  queryOptions({
    queryKey: ['approvals', 'of-vendor', vendorId],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/approvals/payments', { params: { query: { vendorId, limit: 11 } }, signal })),
  });
