import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, apiOnce, type Schemas } from '../api/api.ts';
import { mayUse, sessionQuery } from '../api/session.ts';
import { listQueryOf, type PaymentSearch, withoutEmail } from './payment-search.ts';

export type Payment = Schemas['Payment'];
export type PaymentWithTransactions = Schemas['PaymentWithTransactions'];

const PAGE = 100;
/** How many of the newest are looked through for those that the list does not have. */
const HEAD = 20;

/** Where a page after the first begins, of the same payments however its filters name their customer. */
type From = Readonly<{ cursor: string; by: PaymentSearch }>;

/**
 * The list as it was when it was opened: rows that are there stay where they are. A look-up of an email is on record each time, so it is sent
 * once, and later pages are asked for by the customer's id.
 */
export const paymentList = (search: PaymentSearch) =>
  infiniteQueryOptions({
    queryKey: ['payments', 'list', search],
    queryFn: ({ pageParam: from, signal }) => {
      const by = from?.by ?? search;
      const query = {
        ...listQueryOf(by),
        limit: PAGE,
        ...(from === undefined ? {} : { cursor: from.cursor }),
      };
      const { GET } = by.customer_email === undefined ? api : apiOnce;
      return dataOf(GET('/payments', { params: { query }, signal }));
    },
    initialPageParam: undefined as From | undefined,
    getNextPageParam: ({ items, next_cursor }, _pages, from): From | undefined => {
      const by = from?.by ?? search;
      return next_cursor === null ? undefined : { cursor: next_cursor, by: withoutEmail(by, items) ?? by };
    },
    staleTime: 60_000,
  });

/**
 * Asks for the list while the page that shows it is loaded. Says nothing of a failure: the page asks again, and shows that one. A look-up of
 * an email is left to the page.
 */
export function askForPayments(queries: QueryClient, search: PaymentSearch): void {
  if (search.customer_email !== undefined) return;
  const asked = async () => {
    const session = await queries.ensureQueryData(sessionQuery);
    if (session !== null && mayUse(session, 'payments'))
      await queries.prefetchInfiniteQuery(paymentList(search));
  };
  asked().catch(() => {});
}

/** The newest by the same filters, kept fresh: what has changed in the list's rows, and what is new. */
export const newestPayments = (search: PaymentSearch, enabled: boolean) =>
  queryOptions({
    queryKey: ['payments', 'newest', search],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/payments', { params: { query: { ...listQueryOf(search), limit: HEAD } }, signal })),
    meta: { live: true },
    staleTime: 10_000,
    enabled,
  });

export const paymentQuery = (id: string) =>
  queryOptions({
    queryKey: ['payment', id],
    queryFn: ({ signal }) => dataOf(api.GET('/payments/{id}', { params: { path: { id } }, signal })),
    meta: { live: true },
  });

/** The latest steps of one payment's audit trail. */
export const paymentAudit = (id: string) =>
  queryOptions({
    queryKey: ['payment', id, 'audit'],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/audit', {
          params: { query: { entity_type: 'payment', entity_id: id, limit: 100 } },
          signal,
        }),
      ),
    meta: { live: true },
  });

/** The latest events that name one payment. */
export const paymentEvents = (id: string) =>
  queryOptions({
    queryKey: ['payment', id, 'events'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/events', { params: { query: { entity_id: id, limit: 100 } }, signal })),
    meta: { live: true },
  });

/** What was sent of a payment to endpoints, the latest first. */
export const paymentDeliveries = (id: string) =>
  queryOptions({
    queryKey: ['payment', id, 'deliveries'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/webhook_deliveries', { params: { query: { payment_id: id, limit: 100 } }, signal })),
    meta: { live: true },
  });

/** What cardholders dispute of a payment, as far as the newest disputes of the merchant are looked through at once. */
export const paymentDisputes = (id: string) =>
  queryOptions({
    queryKey: ['disputes', 'of', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/disputes', { params: { query: { payment_id: id, limit: 100 } }, signal })),
    meta: { live: 'seldom' },
  });

/** Who read the payment's customer since it was made, the latest first. */
export const customerLooks = ({ id, customer_id, created_at }: Payment) =>
  queryOptions({
    queryKey: ['payment', id, 'looks'],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/audit', {
          params: {
            query: {
              entity_type: 'customer_access',
              entity_id: (customer_id ?? '').replace(/^cus_/, 'cac_'),
              start_date: created_at,
              limit: 100,
            },
          },
          signal,
        }),
      ),
    enabled: customer_id !== undefined,
    meta: { live: true },
  });

/** The entries of a payment, the latest first. */
export const paymentEntries = (id: string) =>
  queryOptions({
    queryKey: ['payment', id, 'entries'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/ledger/entries', { params: { query: { payment_id: id, limit: 100 } }, signal })),
    meta: { live: true },
  });
