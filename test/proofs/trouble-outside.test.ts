import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { present } from '../../src/domain/kernel/present.ts';
import { paymentWithTransactions } from '../../src/entrypoints/http/payments/payment-schemas.ts';
import { problem } from '../../src/entrypoints/http/server/problem.ts';
import { type Break } from '../support/breakable-storage.ts';
import { everyStorage } from '../support/every-storage.ts';
import { terms } from '../support/http-app.ts';
import { type Client, jsonOf } from '../support/http-client.ts';
import { TROUBLES } from '../support/troubled-processor.ts';
import { aTroubledWorld, type TroubledWorld } from '../support/troubled-world.ts';
import { responded } from '../support/two-accounts.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

const order = (rest: object = {}) => ({ amount: 1_000, currency: 'USD', payment_method: 'card', ...rest });

/** Every call that moves money, on a payment of 1000 that stands ready for it; and what the payment is in the end. */
const CALLS = [
  { call: 'payments', ready: undefined, body: order(), end: 'succeeded', captured: 1_000, refunded: 0 },
  { call: 'capture', ready: 'manual', body: { amount: 600 }, end: 'authorized', captured: 600, refunded: 0 },
  {
    call: 'capture',
    ready: 'manual',
    body: { final: true },
    end: 'succeeded',
    captured: 1_000,
    refunded: 0,
  },
  { call: 'void', ready: 'manual', body: {}, end: 'canceled', captured: 0, refunded: 0 },
  {
    call: 'refunds',
    ready: 'automatic',
    body: { amount: 600 },
    end: 'succeeded',
    captured: 1_000,
    refunded: 600,
  },
] as const;

type Call = (typeof CALLS)[number];

let keys = 0;

/** The request of a call, to be sent as often as one likes: its key stays the same. */
async function ready({ a }: TroubledWorld, { call, ready: capture_method, body }: Call, method?: string) {
  keys += 1;
  const key = `call-${keys}`;
  if (capture_method === undefined) {
    const asked = { ...body, ...present({ payment_method: method }) };
    return () => a.post('/payments', asked, key);
  }
  const { id } = await responded(a.post('/payments', order({ capture_method }), `ready-${keys}`), 201);
  return () => a.post(`/payments/${id}/${call}`, body, key);
}

/** The only payment there is, which came to what the call was to come to, once. */
async function expectDoneOnce(client: Client, { end, captured, refunded }: Call): Promise<void> {
  const { items } = (await jsonOf(client, '/payments')) as Readonly<{ items: readonly { id: string }[] }>;
  expect(items).toHaveLength(1);
  const payment = paymentWithTransactions.parse(await jsonOf(client, `/payments/${items[0]?.id}`));
  expect(payment).toMatchObject({ status: end, captured_amount: captured, refunded_amount: refunded });
  for (const { status } of payment.transactions) expect(status).toBe('succeeded');
}

describe.each(kinds)('trouble outside, on $name', ({ open }) => {
  let world: TroubledWorld;
  beforeEach(async () => {
    world = await aTroubledWorld(await open());
    return world.end;
  });

  describe.each(TROUBLES)('when the processor does as %s', (method) => {
    it.each(['recovery settles it', 'the client comes back', 'both come at once'])(
      'takes each payment once: %s',
      async (who) => {
        const { a, clock } = world;
        const ask = () => a.post('/payments', order({ payment_method: method }), 'k');
        const first = await ask();
        const isDenied = method === 'tok_denies';
        expect(first.status).toBe(isDenied ? 503 : 202);
        const told = await first.text();
        if (!isDenied) expect(await (await ask()).text()).toBe(told);
        clock.at += terms.leaseMs;
        if (who === 'the client comes back') await ask();
        if (who === 'both come at once')
          await Promise.all([ask(), world.useCases.recoverPayments(10), ask()]);
        await world.recover();
        await expectDoneOnce(a, CALLS[0]);
        expect(world.books.references()).toHaveLength(1);
        await world.expectSound();
      },
    );

    it('captures and refunds a payment once, by the amounts of its requests', async () => {
      const { a } = world;
      const manual = { payment_method: method, capture_method: 'manual' };
      await a.post('/payments', order(manual), 'p');
      if (method === 'tok_denies') await responded(a.post('/payments', order(manual), 'p'), 201);
      else await world.recover();
      const [{ id } = { id: '' }] = ((await jsonOf(a, '/payments')) as { items: { id: string }[] }).items;
      for (const [call, body] of [
        ['capture', { amount: 700, final: true }],
        ['refunds', { amount: 300 }],
        ['refunds', { amount: 400 }],
      ] as const) {
        const key = `${call} ${body.amount}`.replace(' ', '-');
        const first = await a.post(`/payments/${id}/${call}`, body, key);
        expect(first.status).toBe(202);
        const again = await a.post(`/payments/${id}/${call}`, body, key);
        expect([again.status, await again.text()]).toEqual([202, await first.text()]);
        await world.recover();
      }
      const payment = paymentWithTransactions.parse(await jsonOf(a, `/payments/${id}`));
      expect(payment).toMatchObject({ status: 'succeeded', captured_amount: 700, refunded_amount: 700 });
      expect(payment.transactions.map(({ type, status }) => `${type} ${status}`)).toEqual([
        'authorization succeeded',
        'capture succeeded',
        'refund succeeded',
        'refund succeeded',
      ]);
      expect(world.books.references()).toHaveLength(4);
      await world.expectSound();
    });
  });

  const moments = [1, 2].flatMap((commit) =>
    (['never sent', 'reply lost'] as const).map((how): [number, Break] => [commit, how]),
  );

  describe.each(moments)('when the storage goes away at commit %i, %s', (commit, how) => {
    it.each(CALLS)('does $call ($body) once', async (each) => {
      const ask = await ready(world, each);
      world.breakAt(commit, how);
      await expectUnavailable(await ask());
      await expectUnavailable(await ask());
      await expectUnavailable(await world.a.get('/payments'));
      expect(world.isDown()).toBe(true);
      world.giveBack();
      // The process that began may still be at work, until its lease has run out.
      const early = await ask();
      expect([201, 409]).toContain(early.status);
      world.clock.at += terms.leaseMs;
      const [first, again] = [await ask(), await ask()];
      expect([first.status, again.status]).toEqual([201, 201]);
      expect(await again.text()).toBe(await first.text());
      await expectDoneOnce(world.a, each);
      await world.recover();
      await world.expectSound();
    });
  });

  it.each(['never sent', 'reply lost'] as const)(
    'transfers once when the storage goes away, %s',
    async (how) => {
      const { a, b } = world;
      await responded(a.post('/payments', order(), 'p'), 201);
      const sent = { destination_merchant_id: 'merchant-b', amount: 400, currency: 'USD' };
      world.breakAt(1, how);
      await expectUnavailable(await a.post('/transfers', sent, 't'));
      world.giveBack();
      const done = await responded(a.post('/transfers', sent, 't'), 201);
      expect((await responded(a.post('/transfers', sent, 't'), 201)).id).toBe(done.id);
      expect([await world.availableTo('merchant-a'), await world.availableTo('merchant-b')]).toEqual([
        600n,
        400n,
      ]);
      expect((await b.get(`/transfers/${done.id}`)).status).toBe(200);
      await world.expectSound();
    },
  );

  it('ends every request of a rush once, though the storage goes away in its middle', async () => {
    const { a, clock } = world;
    await responded(a.post('/payments', order({ amount: 10_000 }), 'fund'), 201);
    const { id } = await responded(a.post('/payments', order({ amount: 900 }), 'refunded'), 201);
    const sent = { destination_merchant_id: 'merchant-b', amount: 10, currency: 'USD' };
    const rush = Array.from({ length: 60 }, (_, each) => () => {
      const key = `rush-${each}`;
      if (each % 3 === 0) return a.post('/payments', order({ amount: 100 + each }), key);
      return each % 3 === 1
        ? a.post(`/payments/${id}/refunds`, { amount: 10 }, key)
        : a.post('/transfers', sent, key);
    });
    let left = rush;
    let rounds = 0;
    for (; left.length > 0; rounds += 1) {
      expect(rounds).toBeLessThan(20);
      // At another moment each time; in the end it stays.
      if (rounds < 4) world.breakAt(5 + 7 * rounds, rounds % 2 === 0 ? 'reply lost' : 'never sent');
      const statuses = await Promise.all(left.map(async (ask) => (await ask()).status));
      world.giveBack();
      for (const status of statuses) expect([201, 202, 409, 503]).toContain(status);
      left = left.filter((_, each) => statuses[each] !== 201);
      clock.at += terms.leaseMs;
    }
    expect(rounds).toBeGreaterThan(4);
    await world.recover();
    const sum = Array.from({ length: 20 }, (_, each) => 100 + 3 * each).reduce((all, each) => all + each, 0);
    expect(await world.availableTo('merchant-b')).toBe(200n);
    expect(await world.availableTo('merchant-a')).toBe(BigInt(10_000 + 900 - 200 - 200 + sum));
    // Two payments at the start, twenty and twenty refunds in the rush.
    expect(world.books.references()).toHaveLength(42);
    await world.expectSound();
  });
});

async function expectUnavailable(response: Response): Promise<void> {
  const { code } = problem.parse(await response.json());
  expect([response.status, code]).toEqual([503, 'storage_unavailable']);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
}
