import { expect } from 'vitest';
import { auditPage } from '../../../../src/entrypoints/http/audit/audit-schemas.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

export type Opened = Awaited<ReturnType<typeof anHttpApp>>;

const PERMISSIONS = ['payments', 'audit', 'exports', 'refunds'];

/** What `path` answers a reader of merchant-1 who may see the trail, or one of other claims. */
export async function get({ app }: Opened, path: string, claims: Readonly<Record<string, unknown>> = {}) {
  const authorization = `Bearer ${await aToken({ permissions: PERMISSIONS, ...claims })}`;
  return app.request(path, await aRequest({ headers: { authorization } }));
}

/** A page of the trail: anything but 200 fails the test. */
export const page = async (opened: Opened, path: string, claims: Readonly<Record<string, unknown>> = {}) => {
  const response = await get(opened, path, claims);
  expect(response.status).toBe(200);
  return auditPage.parse(await response.json());
};

let keys = 0;

/** The id of a new payment, whether it was approved or declined. */
export async function pay(
  { app }: Opened,
  body: Readonly<Record<string, unknown>> = {},
  merchant_id = 'merchant-1',
) {
  keys += 1;
  const authorization = `Bearer ${await aToken({ merchant_id })}`;
  const order = aPaymentBody({ idempotency_key: `k${keys}`, ...body });
  const request = await aRequest({
    body: JSON.stringify(order),
    headers: { authorization, 'user-agent': 'shop/1' },
  });
  const response = (await (await app.request('/payments', request)).json()) as {
    id?: string;
    payment_id?: string;
  };
  return response.id ?? response.payment_id ?? '';
}

let customers = 0;

/** The id of a new customer of merchant-1. */
export async function aCustomer({ app }: Opened): Promise<string> {
  customers += 1;
  const authorization = `Bearer ${await aToken({ permissions: ['customers'] })}`;
  const body = JSON.stringify({ name: 'Ada', email: `ada-${customers}@example.com` });
  const response = await app.request('/customers', await aRequest({ body, headers: { authorization } }));
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}
