import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Asking = (
  method: string,
  path: string,
  body: object,
  key: string,
) => Promise<Record<string, never> & Readonly<{ id: string; paymentId: string; termsHash: string }>>;

type Sale = readonly [amount: number, currency: string, method: string, more?: object];

const SALES: readonly Sale[] = [
  [4_990, 'EUR', 'card'],
  [12_900, 'USD', 'card'],
  [2_499, 'USD', 'test_declined'],
  [189_000, 'USD', 'card', { capture_method: 'manual' }],
  [24_800, 'JPY', 'card'],
  [7_500, 'EUR', 'test_requires_action'],
  [64_000, 'USD', 'card'],
  [1_250, 'EUR', 'test_insufficient_funds'],
  [9_990, 'USD', 'card'],
  [31_400, 'GBP', 'card', { capture_method: 'manual' }],
  [15_750, 'EUR', 'card'],
  [5_400, 'USD', 'card'],
  [88_000, 'USD', 'card'],
  [3_200, 'EUR', 'card'],
];

const PEOPLE = [
  ['grace@example.com', 'Grace Hopper'],
  ['alan@example.org', 'Alan Turing'],
  ['mary@example.net', 'Mary Jackson'],
] as const;

/** A shop that answers, and one that does not any more. */
async function aShop(status: number, text: string): Promise<Readonly<{ port: number; stop: () => void }>> {
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end(text));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

const line = (description: string, quantity: number, unitPriceCents: number) => ({
  description,
  quantity,
  unitPriceCents,
});
const terms = (...lineItems: readonly ReturnType<typeof line>[]) => ({
  lineItems,
  amountCents: lineItems.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0),
});

/** What a small shop and its back office have on a morning: `payment` was refunded in part, `approval` was changed after one had approved it. */
export async function fillWithData(maker: Asking, approver: Asking) {
  const shops = [await aShop(200, 'ok'), await aShop(503, 'upstream is down for maintenance')];
  for (const { port } of shops) {
    const endpoint = { url: `http://127.0.0.1:${port}/paywright` };
    await maker('POST', '/webhook_endpoints', endpoint, `endpoint-${port}`);
  }
  const customers: string[] = [];
  for (const [email, name] of PEOPLE)
    customers.push((await maker('POST', '/customers', { email, name }, `customer-${email}`)).id);
  const taken: string[] = [];
  for (const [index, [amount, currency, payment_method, more]] of SALES.entries()) {
    const order = 1_001 + index;
    const sale = {
      amount,
      currency,
      payment_method,
      customer_id: customers[index % customers.length],
      description: `Order ${order}`,
      metadata: { order: `${order}`, channel: index % 3 === 0 ? 'store' : 'web' },
      ...more,
    };
    const { id } = await maker('POST', '/payments', sale, `order-${order}`);
    taken.push(id);
  }
  const payment = taken[12] ?? '';
  const refund = { amount: 22_000, reason: 'one of four was missing' };
  await maker('POST', `/payments/${payment}/refunds`, refund, 'refund-1013');
  const approval = await someApprovals(maker, approver);
  return { payment, approval, stop: () => shops.forEach((shop) => shop.stop()) };
}

async function someApprovals(maker: Asking, approver: Asking): Promise<string> {
  const make = (dueIn: number, ...lines: readonly ReturnType<typeof line>[]) => {
    const body = {
      dueDate: new Date(Date.now() + dueIn * 86_400_000).toISOString().slice(0, 10),
      incidentId: randomUUID(),
      vendorId: randomUUID(),
      payerType: 'back_office',
      ...terms(...lines),
    };
    return maker('POST', '/approvals/payments', body, randomUUID());
  };
  await make(-3, line('Towing, 24 km', 1, 18_000), line('Night surcharge', 1, 4_500));
  const { paymentId, termsHash } = await make(
    5,
    line('Recovery of a truck', 1, 480_000),
    line('Crane hours', 3, 32_000),
  );
  await make(1, line('Tyre change', 4, 6_500));
  await make(12, line('Locksmith', 1, 9_900), line('Key blank', 1, 3_500));
  await approver('POST', `/approvals/payments/${paymentId}/approve`, { termsHash }, randomUUID());
  const more = terms(
    line('Recovery of a truck', 1, 480_000),
    line('Crane hours', 5, 32_000),
    line('Toll', 1, 1_800),
  );
  await maker('PATCH', `/approvals/payments/${paymentId}`, more, randomUUID());
  return paymentId;
}
