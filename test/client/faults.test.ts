import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ClientOptions,
  createClient,
  dataOf,
  PaywrightNoAnswer,
  PaywrightProblem,
} from '../../client/src/client.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { type Fault, faultyGateway, SLOW_MS } from '../support/faulty-gateway.ts';
import { aPlatform, aToken } from '../support/http-app.ts';

const FAULTS: readonly Fault[] = [
  'refused',
  'lost',
  'cut',
  'gateway_timeout',
  'unavailable',
  'limited',
  'slow',
];

const IMPATIENT = { attemptTimeoutMs: SLOW_MS / 2 };
const CARD = { amount: 1999, currency: 'USD', payment_method: 'card' } as const;

/** A platform behind a gateway, a client of it, and the references that its processor was asked to charge. */
async function aShop(options: Partial<ClientOptions> = {}) {
  const storage = memoryStorage();
  await addMerchants(storage, [aMerchant('merchant-1')]);
  const simulator = simulatedProcessor(simulatorLedger(':memory:'), systemClock);
  const charged = new Set<string>();
  const platform = aPlatform(storage, {
    processor: {
      ...simulator,
      charge: (order) => {
        charged.add(order.reference);
        return simulator.charge(order);
      },
    },
  });
  const gateway = await faultyGateway(platform.app);
  open.push(gateway);
  const token = await aToken({ permissions: ['payments', 'refunds', 'customers'] });
  const client = createClient({
    baseUrl: gateway.url,
    token,
    backoffMs: 2,
    ...options,
  });
  const payments = async () => (await dataOf(client.GET('/payments'))).items;
  return { client, gateway, charged, payments };
}

const open: { close: () => Promise<void> }[] = [];
afterAll(() => Promise.all(open.map(({ close }) => close())));

describe('a payment', () => {
  it.each(FAULTS)('is taken once though its first request is %s', async (fault) => {
    const { client, gateway, charged, payments } = await aShop(fault === 'slow' ? IMPATIENT : {});
    gateway.meet([fault]);
    const payment = await dataOf(client.POST('/payments', { body: CARD }));
    expect(payment.status).toBe('succeeded');
    await gateway.settled();
    expect(charged.size).toBe(1);
    expect(await payments()).toEqual([expect.objectContaining({ id: payment.id })]);
    const sent = gateway.passed.filter(({ method }) => method === 'POST');
    expect(sent.length).toBeGreaterThan(1);
    if (fault !== 'slow') expect(sent).toHaveLength(2);
    expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
  });

  it('is charged once at most and answered as it is stored, whatever happens on the way', async () => {
    const shop = await aShop({ ...IMPATIENT, retries: 3 });
    let order = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<Fault>('none', ...FAULTS), { maxLength: 7 }),
        fc.constantFrom('card', 'test_declined', 'test_timeout_approved'),
        async (faults, payment_method) => {
          const { client, gateway, charged } = shop;
          const key = `order-${order++}`;
          const before = charged.size;
          const take = () =>
            client.POST('/payments', {
              body: { ...CARD, payment_method },
              params: { header: { 'Idempotency-Key': key } },
            });
          gateway.meet(faults);
          const first = await take().then(
            ({ data }) => data,
            (fault: unknown) => fault,
          );
          await gateway.settled();
          gateway.meet([]);
          const again = await take().then(
            ({ data }) => data,
            (fault: unknown) => fault,
          );
          expect(charged.size - before).toBeLessThanOrEqual(1);
          if (first instanceof PaywrightNoAnswer) expect(first.idempotencyKey).toBe(key);
          const isAnswered =
            !(first instanceof PaywrightNoAnswer) &&
            !(first instanceof PaywrightProblem && first.status !== 402);
          if (!isAnswered) return;
          if (first instanceof PaywrightProblem) {
            expect(again).toMatchObject({ code: first.code, paymentId: first.paymentId });
          } else expect(again).toMatchObject({ id: (first as { id: string }).id });
          if (payment_method === 'card') expect(again).toEqual(first);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that was given no answer is found by the key that the fault names', async () => {
    const { client, gateway, charged } = await aShop({ retries: 1 });
    gateway.meet(['lost', 'lost']);
    const fault = await client.POST('/payments', { body: CARD }).catch((each: unknown) => each);
    expect(fault).toBeInstanceOf(PaywrightNoAnswer);
    const { idempotencyKey = '', attempts } = fault as PaywrightNoAnswer;
    expect(attempts).toBe(2);
    const { data, response } = await client.POST('/payments', {
      body: { ...CARD, idempotency_key: idempotencyKey },
    });
    expect(data?.status).toBe('succeeded');
    expect(response.headers.get('idempotency-replayed')).toBe('true');
    expect(charged.size).toBe(1);
  });
});

describe('a key', () => {
  let shop: Awaited<ReturnType<typeof aShop>>;
  beforeEach(async () => {
    shop = await aShop();
  });
  const keys = () => shop.gateway.passed.map(({ key }) => key);

  it('is made for every POST, another for each', async () => {
    await shop.client.POST('/payments', { body: CARD });
    await shop.client.POST('/payments', { body: CARD });
    expect(keys().every((key) => /^key_[a-p]{32}$/.test(key ?? ''))).toBe(true);
    expect(new Set(keys()).size).toBe(2);
  });

  it('that the caller gave is kept, in the header or in the body', async () => {
    await shop.client.POST('/payments', {
      body: CARD,
      params: { header: { 'Idempotency-Key': 'order-1' } },
    });
    await shop.client.POST('/payments', { body: { ...CARD, idempotency_key: 'order-2' } });
    expect(keys()).toEqual(['order-1', undefined]);
    expect((await shop.payments()).map(({ idempotency_key }) => idempotency_key)).toEqual([
      'order-2',
      'order-1',
    ]);
  });

  it('is what a change needs to be sent again: a PATCH is sent once', async () => {
    const { id } = await dataOf(
      shop.client.POST('/customers', { body: { name: 'Ada', email: 'a@b.example' } }),
    );
    shop.gateway.meet(['lost']);
    const patched = shop.client.PATCH('/customers/{id}', { params: { path: { id } }, body: { name: 'Eve' } });
    await expect(patched).rejects.toBeInstanceOf(PaywrightNoAnswer);
    await shop.gateway.settled();
    expect(shop.gateway.passed.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });
});
