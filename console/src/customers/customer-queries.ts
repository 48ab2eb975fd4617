import { api, bodyOf, fetchAnswer, type Schemas } from '../api/api.ts';

export type Customer = Schemas['Customer'];

/** The customer of this email, or none. It decrypts the customer, and is recorded as a look at it. */
export const findCustomer = async (email: string): Promise<Customer | undefined> =>
  (await bodyOf(api.GET('/customers', { params: { query: { email } } }))).items[0];

/** A customer's details, decrypted; recorded as a look at them before they are. */
export const revealCustomer = (id: string): Promise<Customer> =>
  bodyOf(api.GET('/customers/{id}', { params: { path: { id } } }));

/** Destroys the key of a customer's details, unless they have changed since they were shown. */
export async function eraseCustomer({ id, version }: Customer): Promise<void> {
  await fetchAnswer(`/console/api/customers/${id}`, {
    method: 'DELETE',
    headers: { 'if-match': `"${version}"` },
  });
}
