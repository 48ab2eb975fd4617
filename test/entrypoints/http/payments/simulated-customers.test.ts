import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { simulatedProcessor } from '../../../../src/adapters/processor/simulator.ts';
import { simulatedCustomers } from '../../../../src/adapters/processor/simulator-customers.ts';
import { simulatorLedger } from '../../../../src/adapters/processor/simulator-ledger.ts';
import { addMerchants, aMerchant } from '../../../fixtures/merchants.ts';
import { aPaymentBody, aPlatform, aRequest } from '../../../support/http-app.ts';
import { handClock } from '../../../support/relay-workers.ts';

type Waiting = Readonly<{ id: string; status: string; next_action: { value: string } }>;

describe('the page at which the customers of the simulator act', () => {
  let world: Awaited<ReturnType<typeof aWorld>>;
  beforeEach(async () => {
    world = await aWorld();
  });

  async function aWorld(isDevelopment = true) {
    const storage = memoryStorage();
    await addMerchants(storage, [aMerchant('merchant-1')]);
    const clock = handClock();
    const books = simulatorLedger(':memory:');
    const { app } = aPlatform(storage, {
      clock,
      processor: simulatedProcessor(books, clock),
      app: isDevelopment ? { simulatedCustomers: simulatedCustomers(books, clock) } : {},
    });
    const asked = async (path: string, method: 'GET' | 'POST', body?: object) =>
      app.request(
        path,
        await aRequest({
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          headers: { 'idempotency-key': 'order-1' },
        }),
      );
    const pay = async () => {
      const taken = await asked(
        '/payments',
        'POST',
        aPaymentBody({ payment_method: 'test_requires_action' }),
      );
      expect(taken.status).toBe(202);
      return (await taken.json()) as Waiting;
    };
    return { app, clock, asked, pay };
  }

  it.each([
    ['approve', 201, 'succeeded'],
    ['decline', 402, 'failed'],
  ] as const)('has a button to %s, after which the payment is confirmed', async (choice, code, status) => {
    const { app, asked, pay } = world;
    const { id, next_action } = await pay();
    const page = await app.request(next_action.value);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const action = `${next_action.value}/${choice}`;
    expect(await page.text()).toContain(`<form method="post" action="${action}">`);
    expect((await app.request(action, { method: 'POST' })).status).toBe(200);
    expect((await asked(`/payments/${id}/confirm`, 'POST')).status).toBe(code);
    expect(await (await asked(`/payments/${id}`, 'GET')).json()).toMatchObject({ status });
    expect((await app.request(action, { method: 'POST' })).status).toBe(409);
  });

  it('is gone when the time to act is over', async () => {
    const { app, clock, pay } = world;
    const { next_action } = await pay();
    clock.pass(15 * 60_000);
    expect((await app.request(next_action.value)).status).toBe(404);
    expect((await app.request(`${next_action.value}/approve`, { method: 'POST' })).status).toBe(409);
  });

  it('knows no other payment, choice or method', async () => {
    const { app, pay } = world;
    const { next_action } = await pay();
    expect((await app.request(`/simulator/customers/pay_${'0'.repeat(32)}`)).status).toBe(404);
    expect((await app.request(`${next_action.value}/refund`, { method: 'POST' })).status).toBe(404);
    expect((await app.request(`${next_action.value}/approve`)).status).toBe(405);
  });

  it('is not served where the simulator is not that of development', async () => {
    const { app, pay } = await aWorld(false);
    const { next_action } = await pay();
    expect((await app.request(next_action.value)).status).toBe(404);
    expect((await app.request(`${next_action.value}/approve`, { method: 'POST' })).status).toBe(404);
  });
});
