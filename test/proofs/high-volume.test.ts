import { Agent } from 'node:http';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { balance, ledgerPage } from '../../src/entrypoints/http/ledger/ledger.ts';
import { payment, paymentPage } from '../../src/entrypoints/http/payments/payment-schemas.ts';
import { paymentSummary } from '../../src/entrypoints/http/payments/payment-summary.ts';
import { jsonLogger } from '../../src/entrypoints/http/server/logger.ts';
import { serveHttp } from '../../src/entrypoints/http/server/node-server.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { everyStorage, type StorageKind } from '../support/every-storage.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient, allPages, type Client, overSockets } from '../support/http-client.ts';

/**
 * 10 000 on Postgres. The embedded engine of DynamoDB has one writer and takes some 150 payments a second where Postgres takes
 * 1000, and in memory no commit waits for another: 3000 are what a run of all tests has time for, `PAYWRIGHT_PROOF_PAYMENTS` are more.
 */
const FEWER = Number(process.env['PAYWRIGHT_PROOF_PAYMENTS'] ?? 3_000);
const PAYMENTS: Readonly<Record<StorageKind['name'], number>> = {
  memory: FEWER,
  Postgres: 10_000,
  DynamoDB: FEWER,
};
const MERCHANTS = 20;
/** Connections that are kept open; requests beyond them wait for one in the client. */
const SOCKETS = 256;
const CURRENCIES = ['USD', 'EUR', 'JPY'] as const;

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

type Order = Readonly<{ merchant: string; amount: number; currency: string; payment_method: string }>;

/** Amounts that differ from each other, so that a payment which is missing or counted twice shows in every sum. */
const orderOf = (each: number): Order => ({
  merchant: `merchant-${each % MERCHANTS}`,
  amount: 100 + each * 7,
  currency: CURRENCIES[each % CURRENCIES.length] ?? 'USD',
  payment_method: each % 4 === 0 ? 'test_fee' : 'card',
});

type Sums = Readonly<{ count: number; amount: number; fees: number }>;

function sumsOf(taken: readonly Taken[]): ReadonlyMap<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const { currency, amount, fee } of taken) {
    const sum = sums.get(currency) ?? { count: 0, amount: 0, fees: 0 };
    sums.set(currency, { count: sum.count + 1, amount: sum.amount + amount, fees: sum.fees + fee });
  }
  return sums;
}

/** A listening platform over the storage with its merchants, and a client for each of them. */
async function aServer(storage: Storage) {
  const books = simulatorLedger(':memory:');
  await addMerchants(
    storage,
    Array.from({ length: MERCHANTS }, (_, each) => aMerchant(`merchant-${each}`)),
  );
  const platform = aPlatform(storage, { processor: simulatedProcessor(books, systemClock) });
  const log = jsonLogger({ level: 'silent' });
  const server = await serveHttp(platform.app, { host: '127.0.0.1', port: 0, log });
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const clients = new Map<string, Client>();
  for (let each = 0; each < MERCHANTS; each += 1)
    clients.set(`merchant-${each}`, await aClient(overSockets(server.url, agent), `merchant-${each}`));
  return {
    ...platform,
    books,
    clients,
    end: async (): Promise<void> => {
      agent.destroy();
      await server.close();
      await storage.close();
      books.close();
    },
  };
}

/** A payment as it was asked for, as the platform named it, and what the processor kept of it. */
type Taken = Order & Readonly<{ id: string; fee: number }>;

/** Asks for all of them before the first is answered. */
async function takeAll(
  count: number,
  clients: ReadonlyMap<string, Client>,
  books: SimulatorLedger,
): Promise<readonly Taken[]> {
  const responses = await Promise.all(
    Array.from({ length: count }, async (_, each) => {
      const { merchant, ...body } = orderOf(each);
      const response = await clients.get(merchant)?.post('/payments', body, `order-${each}`);
      return { each, status: response?.status, text: (await response?.text()) ?? '' };
    }),
  );
  expect(responses.filter(({ status }) => status !== 201)).toEqual([]);
  return responses.map(({ each, text }) => {
    const { id, status, amount, currency, merchant_id } = payment.parse(JSON.parse(text));
    const order = orderOf(each);
    expect({ status, amount, currency, merchant_id }).toEqual({
      status: 'succeeded',
      amount: order.amount,
      currency: order.currency,
      merchant_id: order.merchant,
    });
    return { ...order, id, fee: Number(books.find(id)?.fee ?? 0n) };
  });
}

async function expectSummary(client: Client, sums: ReadonlyMap<string, Sums>): Promise<void> {
  const summary = paymentSummary.parse(await (await client.get('/payments/summary')).json());
  const total = [...sums.values()].reduce((sum, { count }) => sum + count, 0);
  expect(summary).toEqual({
    total_count: total,
    success_rate: 1,
    by_status: {
      pending: 0,
      processing: 0,
      requires_action: 0,
      authorized: 0,
      succeeded: total,
      failed: 0,
      canceled: 0,
    },
    by_currency: Object.fromEntries(
      [...sums].map(([currency, { count, amount }]) => [
        currency,
        {
          count,
          total_amount: amount,
          succeeded_amount: amount,
          refunded_amount: 0,
          average_amount: Math.round(amount / count),
        },
      ]),
    ),
  });
}

async function expectBalances(client: Client, sums: ReadonlyMap<string, Sums>): Promise<void> {
  const { balances } = balance.parse(await (await client.get('/balance')).json());
  const due = [...sums].map(([currency, { amount, fees }]) => ({
    currency,
    available: amount - fees,
    pending: 0,
    paid_out: 0,
    differences: 0,
  }));
  expect(balances.toSorted(byCurrency)).toEqual(due.toSorted(byCurrency));
}

const byCurrency = (a: Readonly<{ currency: string }>, b: Readonly<{ currency: string }>): number =>
  a.currency < b.currency ? -1 : 1;

/** One entry for each payment, one for each fee, and nothing else. */
async function expectLedger(client: Client, own: readonly Taken[]): Promise<void> {
  const entries = await allPages(client, '/ledger/entries', ledgerPage);
  const found = entries.map(
    ({ payment_id, type, amount, currency }) => `${payment_id} ${type} ${amount} ${currency}`,
  );
  const due = own.flatMap(({ id, amount, fee, currency }) => [
    `${id} capture ${amount} ${currency}`,
    ...(fee === 0 ? [] : [`${id} fee ${fee} ${currency}`]),
  ]);
  expect(found.toSorted()).toEqual(due.toSorted());
}

async function expectList(client: Client, own: readonly Taken[]): Promise<void> {
  const page = paymentPage.parse(await (await client.get('/payments?include=total&limit=1')).json());
  expect(page.total).toBe(own.length);
  const listed = await allPages(client, '/payments', paymentPage);
  expect(new Map(listed.map(({ id, amount }) => [id, amount]))).toEqual(
    new Map(own.map(({ id, amount }) => [id, amount])),
  );
}

function expectProcessorAgrees(books: SimulatorLedger, payments: readonly Taken[]): void {
  expect(books.references()).toHaveLength(payments.length);
  for (const { id, amount } of payments)
    expect(books.book(id)).toMatchObject({ captured: BigInt(amount), refunded: 0n });
}

describe.each(kinds)('many payments at once, on $name', ({ name, open }) => {
  const count = PAYMENTS[name];

  it(`are ${count} over ${MERCHANTS} merchants, all taken, and every sum says so to the cent`, async () => {
    const { clients, books, useCases, end } = await aServer(await open());
    onTestFinished(end);
    const watch = stopwatch();

    const payments = await takeAll(count, clients, books);
    const takenIn = watch();
    expect(new Set(payments.map(({ id }) => id)).size).toBe(count);

    for (const [merchant, client] of clients) {
      const own = payments.filter((each) => each.merchant === merchant);
      const sums = sumsOf(own);
      await expectSummary(client, sums);
      await expectBalances(client, sums);
      await expectLedger(client, own);
      await expectList(client, own);
    }
    expectProcessorAgrees(books, payments);
    const readIn = watch();

    const verified = (await useCases.verify(() => {}))._unsafeUnwrap();
    expect(verified).toMatchObject({
      merchants: MERCHANTS,
      payments: count,
      transactions: count,
      ledgerEntries: count + payments.filter(({ fee }) => fee > 0).length,
      unsettled: [],
    });
    console.log(
      `${name}: ${count} payments in ${takenIn.toFixed(1)} s (${Math.round(count / takenIn)}/s), ` +
        `read back in ${readIn.toFixed(1)} s, verified in ${watch().toFixed(1)} s`,
    );
  }, 600_000);
});

/** Seconds since it was asked before. */
function stopwatch(): () => number {
  let before = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - before) / 1_000;
    before = now;
    return seconds;
  };
}
