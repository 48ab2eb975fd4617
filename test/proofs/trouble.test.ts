import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { batchResults, paymentPage } from '../../src/entrypoints/http/payments/payment-schemas.ts';
import { problem } from '../../src/entrypoints/http/server/problem.ts';
import { aMerchant } from '../fixtures/merchants.ts';
import { everyStorage } from '../support/every-storage.ts';
import { terms } from '../support/http-app.ts';
import { allPages, type Client, jsonOf } from '../support/http-client.ts';
import { aTroubledWorld, type TroubledWorld } from '../support/troubled-world.ts';
import { recordOf, responded } from '../support/two-accounts.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

const order = (rest: object = {}) => ({ amount: 1_000, currency: 'USD', payment_method: 'card', ...rest });
const transferTo = (destination_merchant_id: string, amount = 400) => ({
  destination_merchant_id,
  amount,
  currency: 'USD',
});

/** Status, and the code if it is a problem. */
async function outcomeOf(response: Response): Promise<string> {
  const text = await response.text();
  return response.status < 400
    ? `${response.status}`
    : `${response.status} ${problem.parse(JSON.parse(text)).code}`;
}

/** How often each outcome came. */
async function outcomesOf(responses: readonly Response[]): Promise<Readonly<Record<string, number>>> {
  const outcomes = await Promise.all(responses.map(outcomeOf));
  return Object.fromEntries(
    [...Map.groupBy(outcomes, (each) => each)].map(([each, of]) => [each, of.length]),
  );
}

const HOUR_MS = 3_600_000;
const AT_ONCE = 30;
const times = <T>(count: number, make: (each: number) => T): T[] =>
  Array.from({ length: count }, (_, each) => make(each));

describe.each(kinds)('trouble, on $name', ({ open }) => {
  let world: TroubledWorld;
  beforeEach(async () => {
    world = await aTroubledWorld(await open());
    return world.end;
  });

  describe('a key that is sent many times at once, to two processes', () => {
    it.each([
      ['a payment', undefined, 'payments', order(), 1],
      ['a capture', 'manual', 'capture', { amount: 300 }, 2],
      ['a void', 'manual', 'void', {}, 2],
      ['a refund', 'automatic', 'refunds', { amount: 300 }, 2],
      ['a transfer', 'automatic', 'transfers', transferTo('merchant-b'), 1],
    ] as const)('makes one of %s', async (_what, capture_method, call, body, references) => {
      const { a, books } = world;
      const clients = [a, await world.twinOf('merchant-a')] as const;
      const first =
        capture_method === undefined
          ? undefined
          : await responded(a.post('/payments', order({ capture_method }), 'first'), 201);
      const path =
        call === 'payments' || call === 'transfers' ? `/${call}` : `/payments/${first?.id}/${call}`;
      const responses = await Promise.all(
        times(AT_ONCE, (each) => clients[each % 2 === 0 ? 0 : 1].post(path, body, 'same')),
      );
      const done = responses.filter(({ status }) => status === 201);
      const fresh = done.filter((each) => !each.headers.has('idempotency-replayed'));
      expect(fresh).toHaveLength(1);
      expect(new Set(await Promise.all(done.map((each) => each.text()))).size).toBe(1);
      const others = responses.filter(({ status }) => status !== 201);
      for (const each of others) expect(Number(each.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Object.keys(await outcomesOf(others))).toEqual(
        others.length === 0 ? [] : ['409 idempotency_in_flight'],
      );
      const again = await a.post(path, body, 'same');
      expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
      // A void says nothing that could be another.
      const other = call === 'void' ? undefined : await a.post(path, { ...body, amount: 299 }, 'same');
      if (other !== undefined) expect(await outcomeOf(other)).toBe('422 idempotency_key_reused');
      expect(books.references()).toHaveLength(references);
      if (call === 'transfers') expect(await world.availableTo('merchant-b')).toBe(400n);
      await world.recover();
      await world.expectSound();
    });
  });

  it('of who is unknown: every call is refused, and leaves nothing', async () => {
    const { a } = world;
    const stranger = await world.clientOf('nobody');
    const { id } = await responded(a.post('/payments', order({ capture_method: 'manual' }), 'p'), 201);
    const before = await recordOf(world.storage, 'merchant-a');
    expect(await outcomeOf(await stranger.post('/payments', order(), 'k'))).toBe('403 merchant_inactive');
    const transferred = await stranger.post('/transfers', transferTo('merchant-b'), 'k');
    expect(await outcomeOf(transferred)).toBe('403 merchant_inactive');
    for (const call of ['capture', 'refunds', 'void'] as const)
      expect(await outcomeOf(await stranger.post(`/payments/${id}/${call}`, {}, 'k'))).toMatch(/^40[34] /);
    const batch = { payments: [order({ idempotency_key: 'k-1' }), order({ idempotency_key: 'k-2' })] };
    expect(await responded(stranger.post('/payments/batch', batch), 200)).toMatchObject({ failed: 2 });
    expect(await outcomeOf(await stranger.get('/merchant'))).toBe('404 merchant_not_found');
    expect(await jsonOf(stranger, '/payments')).toMatchObject({ items: [], has_more: false });
    expect(await jsonOf(stranger, '/balance')).toEqual({ balances: [] });
    // Without funds the sender does not learn whether the destination is there.
    expect(await outcomeOf(await a.post('/transfers', transferTo('nobody'), 'k'))).toBe(
      '422 insufficient_funds',
    );
    expect(await recordOf(world.storage, 'merchant-a')).toEqual(before);
    expect(world.books.references()).toHaveLength(1);
    await world.expectSound();
  });

  it('of who is suspended: money only goes back any more, and what had begun is settled', async () => {
    const { a, b, admin, clock } = world;
    await world.add(aMerchant('suspended', { status: 'suspended' }));
    const never = await world.clientOf('suspended');
    expect(await outcomeOf(await never.post('/payments', order(), 'k'))).toBe('403 merchant_inactive');

    const { id } = await responded(a.post('/payments', order(), 'done'), 201);
    const silent = () => a.post('/payments', order({ payment_method: 'tok_hangs' }), 'silent');
    expect((await silent()).status).toBe(202);
    await responded(admin.patch('/merchants/merchant-a', { status: 'suspended' }), 200);
    for (const [path, body] of [
      ['/payments', order()],
      ['/transfers', transferTo('merchant-b')],
    ] as const)
      expect(await outcomeOf(await a.post(path, body, 'new'))).toBe('403 merchant_inactive');
    await responded(a.post(`/payments/${id}/refunds`, {}, 'back'), 201);
    await responded(b.post('/payments', order(), 'b'), 201);
    expect(await outcomeOf(await b.post('/transfers', transferTo('merchant-a'), 'to-a'))).toBe(
      '422 destination_not_available',
    );
    expect((await a.post('/payments', order(), 'done')).status).toBe(201);
    clock.at += terms.leaseMs;
    await world.recover();
    expect(await world.availableTo('merchant-a')).toBe(1_000n);

    await responded(admin.patch('/merchants/merchant-a', { status: 'active' }), 200);
    await responded(a.post(`/payments/${id}/refunds`, {}, 'back'), 201);
    expect(world.books.references()).toHaveLength(4);
    await world.expectSound();
  });

  it('of a batch with bad items: each bad one has its problem, and the others are taken', async () => {
    const { a } = world;
    const items = [
      ['201', order({ idempotency_key: 'i-0' })],
      ['400 invalid_request', order({ idempotency_key: 'i-1', amount: 0 })],
      ['400 invalid_request', order({ idempotency_key: 'i-2', currency: 'usd' })],
      ['400 idempotency_key_required', order()],
      ['422 pan_not_accepted', order({ idempotency_key: 'i-4', description: '4242 4242 4242 4242' })],
      ['402 card_declined', order({ idempotency_key: 'i-5', payment_method: 'test_declined' })],
      ['422 payment_method_not_accepted', order({ idempotency_key: 'i-6', payment_method: 'nothing' })],
      ['422 customer_not_found', order({ idempotency_key: 'i-7', customer_id: `cus_${'0'.repeat(32)}` })],
      ['201', order({ idempotency_key: 'i-0' })],
      ['422 idempotency_key_reused', order({ idempotency_key: 'i-0', amount: 2 })],
      ['400 invalid_request', 'no object at all'],
      ['400 invalid_request', order({ idempotency_key: 'i-11', merchant_id: 'merchant-b' })],
      ['503 processor_unavailable', order({ idempotency_key: 'i-12', payment_method: 'test_unavailable' })],
      ['202', order({ idempotency_key: 'i-13', payment_method: 'tok_late' })],
      ['201', order({ idempotency_key: 'i-14' })],
    ] as const;
    const body = { payments: items.map(([, item]) => item) };
    for (let round = 0; round < 2; round += 1) {
      const { results, succeeded, failed } = batchResults.parse(
        await responded(a.post('/payments/batch', body), 200),
      );
      expect(
        results.map(({ index, status, problem: told }) => [index, [status, told?.code].join(' ').trim()]),
      ).toEqual(items.map(([due], index) => [index, due]));
      expect([succeeded, failed]).toEqual([4, 11]);
      expect(results[8]?.payment).toEqual(results[0]?.payment);
    }
    await world.recover();
    expect(await world.availableTo('merchant-a')).toBe(3_000n);
    expect(await world.availableTo('merchant-b')).toBe(0n);
    await world.expectSound();
  });

  it('of too many payments: as many as the limit are taken in a window, of all processes', async () => {
    const { clock } = world;
    await world.add(
      aMerchant('minutely', { rateLimits: { paymentsPerMinute: 10 } }),
      aMerchant('daily', { rateLimits: { paymentsPerDay: 15 } }),
    );
    const clients = [await world.clientOf('minutely'), await world.twinOf('minutely')] as const;
    const rush = (first: number): Promise<readonly Response[]> =>
      Promise.all(times(AT_ONCE, (each) => pay(clients[each % 2 === 0 ? 0 : 1], first + each)));
    const one = await rush(0);
    for (const each of one.filter(({ status }) => status === 429)) {
      const seconds = Number(each.headers.get('retry-after'));
      expect(seconds > 0 && seconds <= 60).toBe(true);
    }
    expect(await outcomesOf(one)).toEqual({ '201': 10, '429 rate_limited': AT_ONCE - 10 });
    // Repeats of what was taken cost nothing; the others are refused as before.
    const again = await rush(0);
    expect(await outcomesOf(again)).toEqual({ '201': 10, '429 rate_limited': AT_ONCE - 10 });
    clock.at += 60_000;
    expect(await outcomesOf(await rush(0))).toEqual({ '201': 20, '429 rate_limited': AT_ONCE - 20 });

    const daily = await world.clientOf('daily');
    const batch = { payments: times(AT_ONCE, (each) => order({ idempotency_key: `batch-${each}` })) };
    expect(await responded(daily.post('/payments/batch', batch), 200)).toMatchObject({
      succeeded: 15,
      failed: AT_ONCE - 15,
    });
    clock.at += HOUR_MS;
    const refused = await pay(daily, 0);
    expect(await outcomeOf(refused)).toBe('429 rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_600);
    clock.at += 24 * HOUR_MS;
    expect((await pay(daily, 0)).status).toBe(201);
    // Merchants without a limit, or with another one, are not affected.
    expect((await pay(world.a, 0)).status).toBe(201);
    await world.expectSound();
  });

  it('of a clock that steps back: keys, leases, chains and lists hold', async () => {
    const { a, clock } = world;
    const held = await responded(a.post('/payments', order({ capture_method: 'manual' }), 'held'), 201);
    const silent = () => a.post('/payments', order({ payment_method: 'tok_hangs' }), 'silent');
    expect((await silent()).status).toBe(202);
    world.breakAt(2, 'never sent');
    const cut = () => a.post('/payments', order(), 'cut');
    expect((await cut()).status).toBe(503);
    world.giveBack();

    clock.at -= HOUR_MS;
    expect(await responded(a.post('/payments', order({ capture_method: 'manual' }), 'held'), 201)).toEqual(
      held,
    );
    await responded(a.post(`/payments/${held.id}/capture`, { amount: 600, final: true }, 'capture'), 201);
    await responded(a.post(`/payments/${held.id}/refunds`, { amount: 100 }, 'refund'), 201);
    await responded(a.post('/transfers', transferTo('merchant-b'), 'transfer'), 201);
    // Its lease was given by a clock far ahead: no request waits an hour for it.
    await responded(cut(), 201);
    for (let each = 0; each < 5; each += 1) await responded(pay(a, each), 201);
    clock.at -= HOUR_MS;
    for (let each = 5; each < 10; each += 1) await responded(pay(a, each), 201);
    expect(await allPages(a, '/payments', paymentPage)).toHaveLength(13);

    clock.at += 2 * HOUR_MS;
    await world.recover();
    expect(await world.availableTo('merchant-a')).toBe(600n - 100n - 400n + 1_000n * 12n);
    expect(world.books.references()).toHaveLength(15);
    await world.expectSound();
  });
});

const pay = (client: Client, each: number): Promise<Response> =>
  client.post('/payments', order(), `pay-${each}`);
