import { expect } from 'vitest';
import { customer, paymentMethod } from '../../../../src/entrypoints/http/customers/customer-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;
type Claims = Readonly<Record<string, unknown>>;

/** The claims of a caller who may keep customers and charge them. */
export const ALL = { permissions: ['customers', 'payments'] };

/** A request with the claims, whose body is sent as it is where it is a text. */
export async function call(
  { app }: Opened,
  method: string,
  path: string,
  body?: unknown,
  claims: Claims = ALL,
): Promise<Response> {
  const headers = { authorization: `Bearer ${await aToken(claims)}` };
  const given = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  return app.request(path, await aRequest({ method, headers, ...given }));
}

/** What a customer is made of, valid but for what the rest changes. */
export const aCustomer = (rest: Claims = {}) => ({ email: 'ada@example.com', name: 'Ada Lovelace', ...rest });

/** A card that the simulator approves, but for what the rest changes. */
export const aCard = (rest: Claims = {}) => ({ type: 'card', token: 'tok_visa', last4: '4242', ...rest });

/** The customer that `body` makes, as the answer has it. */
export async function created(opened: Opened, body: unknown = aCustomer(), claims: Claims = ALL) {
  const response = await call(opened, 'POST', '/customers', body, claims);
  expect(response.status).toBe(201);
  return customer.parse(await response.json());
}

/** The payment method that `body` adds to the customer, as the answer has it. */
export async function added(opened: Opened, id: string, body: unknown = aCard()) {
  const response = await call(opened, 'POST', `/customers/${id}/payment_methods`, body);
  expect(response.status).toBe(201);
  return paymentMethod.parse(await response.json());
}

/** The status and the code of a refusal, as one text. */
export async function problemIn(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = problem.parse(await response.json());
  expect(body.status).toBe(response.status);
  return `${body.status} ${body.code}`;
}
