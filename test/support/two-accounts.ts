import { expect } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { disputeRows } from '../../src/application/disputes/dispute-rows.ts';
import { RECONCILIATION_WORK, reconcileFile } from '../../src/application/files/reconcile-file.ts';
import { JOB_TERMS, runJobs } from '../../src/application/files/run-jobs.ts';
import { AGGREGATE_KINDS } from '../../src/domain/kernel/aggregate-kind.ts';
import type { AuditEntry } from '../../src/domain/kernel/audit-entry.ts';
import type { AuditEntryId, PaymentId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, plain } from '../fixtures/changes.ts';
import { aDispute, committedDispute } from '../fixtures/disputes.ts';
import { everythingOf } from './books.ts';
import { aPlatform } from './http-app.ts';
import { aClient, type Client } from './http-client.ts';

/** What only A and its staff know. */
export const SECRETS = {
  email: 'ada@a.example',
  name: 'Ada Lovelace of A',
  description: 'what only A knows',
};

/** The parsed answer, which must have the status. */
export async function responded(
  asked: Promise<Response>,
  status: number,
): Promise<Readonly<Record<string, unknown>> & Readonly<{ id: string }>> {
  const response = await asked;
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.any(String)]);
  return JSON.parse(text) as Readonly<Record<string, unknown>> & Readonly<{ id: string }>;
}

/**
 * The platform over an empty storage with the merchants A, B and C, all made through HTTP. A took payments that ended in
 * every way, has a customer with a stored method, and sent money to B and to C; B has a customer and a payment too.
 */
export async function twoAccounts(storage: Storage) {
  const books = simulatorLedger(':memory:');
  const platform = aPlatform(storage, { processor: simulatedProcessor(books, systemClock) });
  const send = (path: string, init: RequestInit) => platform.app.request(path, init);
  const admin = await aClient(send, undefined, ['admin']);
  for (const id of ['a', 'b', 'c']) {
    const merchant = { id: `merchant-${id}`, name: `Merchant ${id}`, email: `owner@${id}.example` };
    await responded(admin.post('/merchants', merchant), 201);
  }
  const [a, b, c] = [
    await aClient(send, 'merchant-a'),
    await aClient(send, 'merchant-b'),
    await aClient(send, 'merchant-c'),
  ];

  const mine = await aCustomer(a, SECRETS.email, SECRETS.name);
  const taken = {
    amount: 10_000,
    currency: 'USD',
    customer_id: mine.customer,
    payment_method: mine.method,
    description: SECRETS.description,
  };
  await aCustomer(a, 'grace@a.example', 'Grace of A');
  const refunded = await responded(a.post('/payments', taken, 'first'), 201);
  await responded(a.post(`/payments/${refunded.id}/refunds`, { amount: 1_000 }, 'refund-of-a'), 201);
  await responded(a.post(`/payments/${refunded.id}/refunds`, { amount: 500 }, 'refund-of-more'), 201);
  const held = { amount: 5_000, currency: 'USD', payment_method: 'card', capture_method: 'manual' };
  const captured = await responded(a.post('/payments', held, 'held'), 201);
  await responded(a.post(`/payments/${captured.id}/capture`, { amount: 2_000 }, 'capture'), 201);
  const voided = await responded(a.post('/payments', { ...held, amount: 700 }, 'held-to-void'), 201);
  await responded(a.post(`/payments/${voided.id}/void`, {}, 'void'), 201);
  const declined = { amount: 900, currency: 'USD', payment_method: 'test_declined' };
  await responded(a.post('/payments', declined, 'declined'), 402);
  const order = (to: string, amount: number) => ({ destination_merchant_id: to, amount, currency: 'USD' });
  const toB = await responded(a.post('/transfers', order('merchant-b', 2_500), 'to-b'), 201);
  const toC = await responded(a.post('/transfers', order('merchant-c', 1_000), 'to-c'), 201);

  const [endpoint, theirEndpoint] = [await anEndpoint(a), await anEndpoint(b)];
  const deliveries = [await aDelivery(a, endpoint), await aDelivery(a, endpoint)];
  const theirDelivery = await aDelivery(b, theirEndpoint);

  const exports = [await anExport(a), await anExport(a)];
  const reconciliations = [await aReconciliation(a, 'a-1'), await aReconciliation(a, 'a-2')];
  const [schedule, theirSchedule] = [await aSchedule(a), await aSchedule(b)];
  const works = new Map([
    [RECONCILIATION_WORK, reconcileFile(platform.ports, [disputeRows(platform.ports)])],
  ]);
  const reconcile = async () => runJobs(platform.ports, works, { ...JOB_TERMS, holder: 'reconciler' })(9);
  const [theirExport, theirReconciliation] = [await anExport(b), await aReconciliation(b, 'b-1')];

  const settlements = await theSettlements(a, 'a', ['2026-03-01', '2026-03-02'], reconcile);
  const [theirSettlement = ''] = await theSettlements(b, 'b', ['2026-03-01'], reconcile);
  const exceptions = await theExceptions(a);
  const [theirException = ''] = await theExceptions(b);
  const { transactions } = await responded(a.get(`/payments/${refunded.id}`), 200);
  const [transaction] = transactions as readonly Readonly<{ id: string }>[];

  const theirs = await aCustomer(b, 'bob@b.example', 'Bob of B');
  const own = { amount: 300, currency: 'USD', payment_method: 'card' };
  const paidToB = await responded(b.post('/payments', own, 'own'), 201);
  const aDisputeOf = async (merchant: string, processorId: string, paymentId: string): Promise<string> => {
    const order = { merchantId: aMerchantId(merchant), processorId, createdAt: Date.now() };
    const dispute = aDispute({ ...order, paymentId: paymentId as PaymentId });
    return (await committedDispute(storage, dispute)).id;
  };
  const disputes = [
    await aDisputeOf('merchant-a', 'du_1', refunded.id),
    await aDisputeOf('merchant-a', 'du_2', captured.id),
  ];
  const theirDispute = await aDisputeOf('merchant-b', 'du_3', paidToB.id);
  return {
    ...platform,
    storage,
    books,
    admin,
    a,
    b,
    c,
    ofA: {
      customer: mine.customer,
      method: mine.method,
      payments: [refunded.id, captured.id, voided.id],
      toB: toB.id,
      toC: toC.id,
      endpoint,
      deliveries,
      exports,
      schedule,
      reconciliations,
      settlements,
      exceptions,
      disputes,
      transaction: transaction?.id ?? '',
    },
    ofB: {
      customer: theirs.customer,
      method: theirs.method,
      payment: paidToB.id,
      endpoint: theirEndpoint,
      delivery: theirDelivery,
      export: theirExport,
      schedule: theirSchedule,
      reconciliation: theirReconciliation,
      settlement: theirSettlement,
      exception: theirException,
      dispute: theirDispute,
    },
    end: async (): Promise<void> => {
      await storage.close();
      books.close();
    },
  };
}

export type TwoAccounts = Awaited<ReturnType<typeof twoAccounts>>;

async function aCustomer(client: Client, email: string, name: string) {
  const customer = await responded(client.post('/customers', { email, name }), 201);
  const card = { type: 'card', token: `tok_${customer.id.slice(-8)}`, last4: '4242' };
  const method = await responded(client.post(`/customers/${customer.id}/payment_methods`, card), 201);
  return { customer: customer.id, method: method.id };
}

/** No worker delivers in this world, so where it leads does not matter. */
const anEndpoint = async (client: Client): Promise<string> =>
  (await responded(client.post('/webhook_endpoints', { url: 'http://127.0.0.1:9/' }), 201)).id;

const aDelivery = async (client: Client, endpoint: string): Promise<string> =>
  (await responded(client.post(`/webhook_endpoints/${endpoint}/test`, {}), 202)).id;

/** No worker makes it in this world. */
const anExport = async (client: Client): Promise<string> => {
  const { export_id } = await responded(client.post('/payments/export', { format: 'csv' }), 202);
  return String(export_id);
};

/** Its first run is after this world. */
const aSchedule = async (client: Client): Promise<string> =>
  (await responded(client.post('/export_schedules', { kind: 'payments', every: 'month' }), 201)).id;

const FILE = 'payment_id,transaction_id,status,fee,processed_date,settlement_date';

const aReconciliation = async (client: Client, row: string): Promise<string> =>
  (await responded(client.postFile('/reconciliations?source=native', `${FILE}\n${row}\n`), 202)).id;

/** What a file comes to that names a transaction that does not exist, whose id is this digit over and over, for each of the dates. */
async function theSettlements(
  client: Client,
  digit: string,
  dates: readonly string[],
  reconcile: () => Promise<unknown>,
): Promise<readonly string[]> {
  const [payment, transaction] = [`pay_${digit.repeat(32)}`, `txn_${digit.repeat(32)}`];
  const rows = dates.map((date) => `${payment},${transaction},settled,0,${date},${date},100,USD`);
  const file = [`${FILE},amount,currency`, ...rows].join('\n');
  await responded(client.postFile('/reconciliations?source=native', file), 202);
  await reconcile();
  const { items } = await responded(client.get('/settlements'), 200);
  return (items as readonly Readonly<{ id: string }>[]).map(({ id }) => id);
}

/** What did not match in the files of a merchant, the newest first. */
async function theExceptions(client: Client): Promise<readonly string[]> {
  const { items } = await responded(client.get('/exceptions?kind=missing_here'), 200);
  return (items as readonly Readonly<{ id: string }>[]).map(({ id }) => id);
}

/** All that is on record of a merchant, beneath HTTP: two that are equal mean that nothing happened in between. */
export async function recordOf(storage: Storage, text: string): Promise<unknown> {
  const id = aMerchantId(text);
  const { payments, entries, transactions } = await everythingOf(storage, id);
  const aggregates = await Promise.all(
    AGGREGATE_KINDS.map((kind) => storage.aggregates.list(id, kind, { limit: 1_000 })),
  );
  const events = (await storage.outbox.unsent(1_000))._unsafeUnwrap();
  return plain({
    payments,
    entries,
    transactions: [...transactions.values()].flat(),
    aggregates: aggregates.flatMap((each) => each._unsafeUnwrap()),
    balances: (await storage.balances.of(id))._unsafeUnwrap(),
    tallies: (await storage.summaries.tallies(id, {}))._unsafeUnwrap(),
    ledgerTallies: (await storage.ledgerTallies.of(id, {}))._unsafeUnwrap(),
    deliveries: (await storage.deliveries.list(id, {}, { limit: 1_000 }))._unsafeUnwrap(),
    links: await linksOf(storage, text),
    events: events.filter(({ merchantId }) => merchantId === id),
  });
}

/** Every audit link of a merchant, newest first. */
async function linksOf(storage: Storage, text: string): Promise<readonly AuditEntry[]> {
  const links: AuditEntry[] = [];
  for (let before: AuditEntryId | undefined; ; ) {
    const page = { limit: 100, ...present({ before }) };
    const next = (await storage.auditTrail.list(aMerchantId(text), {}, page))._unsafeUnwrap();
    links.push(...next);
    before = next.at(-1)?.id;
    if (next.length < 100 || before === undefined) return links;
  }
}
