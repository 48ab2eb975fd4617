import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, apiOnce, type Schemas } from '../api/api.ts';

export type Customer = Schemas['Customer'];

/** The customer of this email, or none. It decrypts the customer, and is recorded as a look at it. */
export const findCustomer = async (email: string): Promise<Customer | undefined> =>
  (await dataOf(apiOnce.GET('/customers', { params: { query: { email } } }))).items.find(
    (item): item is Customer => 'email' in item,
  );

/** Customers, newest first, with nothing that is kept encrypted; no look is recorded. */
export const customerList = infiniteQueryOptions({
  queryKey: ['customers', 'list'],
  queryFn: ({ pageParam, signal }) =>
    dataOf(
      api.GET('/customers', {
        params: { query: { limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
});

/** Whether a customer is there or erased, which takes no look at what is kept encrypted; null of one that the token does not find. */
export const customerStatus = (id: string) =>
  queryOptions({
    queryKey: ['customers', 'status', id],
    queryFn: async ({ signal }) => {
      const { results } = await dataOf(api.GET('/search', { params: { query: { q: id } }, signal }));
      return results.find((each) => each.id === id)?.status ?? null;
    },
  });

/** A customer's details, decrypted; recorded as a look at them before they are. */
export const revealCustomer = (id: string): Promise<Customer> =>
  dataOf(apiOnce.GET('/customers/{id}', { params: { path: { id } } }));

/** Destroys the key of a customer's details, unless they have changed since they were shown. */
export async function eraseCustomer({ id, version }: Customer): Promise<void> {
  await api.DELETE('/customers/{id}', {
    params: { path: { id }, header: { 'If-Match': `"${version}"` } },
  });
}
