import { describe, expect, it } from 'vitest';
import type { ProcessPaymentRequest } from '../../../src/application/payments/process-payment.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { aMerchantId, NOON, terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import {
  aRequest,
  expectSound,
  holding,
  loseCommit,
  paymentIn,
  refuseCharge,
  soon,
  storedFor,
} from '../world.ts';

const DAY = terms.keepResponsesMs;

eachInItsOwnWorld();

const done = async (request: ProcessPaymentRequest) => (await world.process(request))._unsafeUnwrap();

const failure = async (request: ProcessPaymentRequest) => (await world.process(request))._unsafeUnwrapErr();

describe('a new payment', () => {
  it('is charged once and recorded with its transaction, chain and events', async () => {
    const request = aRequest({ amount: 907_199n, description: 'shoes', metadata: { order: '7' } });
    const { response, replayed } = await done(request);
    expect(replayed).toBe(false);
    const { payment, transactions, links, events, claim } = await storedFor(world, request);
    expect(response).toBe(`succeeded ${payment?.id} v2 907199 for req-1`);
    expect(payment).toMatchObject({ description: 'shoes', metadata: { order: '7' }, createdAt: NOON });
    expect(transactions).toMatchObject([{ type: 'capture', status: 'succeeded', responseCode: '00' }]);
    expect(links?.map(({ action }) => action)).toEqual([
      'payment.created',
      'payment.succeeded',
      'transaction.succeeded',
    ]);
    expect(events).toEqual(['payment.created', 'payment.succeeded']);
    expect(claim?.state).toBe('completed');
    expect(world.calls).toEqual({ commit: 2, charge: 1, move: 0, lookup: 0, resolve: 1 });
    expect([...world.ledger.charges().keys()]).toEqual([payment?.id]);
    await expectSound(world, request);
  });

  it('is only held when it is to be captured later', async () => {
    const request = aRequest({ captureMethod: 'manual' });
    expect((await done(request)).response).toMatch(/^authorized /);
    const { payment, transactions, events } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'authorized', captured: money(0n, 'USD') });
    expect(transactions).toMatchObject([{ type: 'authorization', status: 'succeeded' }]);
    expect(events).toEqual(['payment.created', 'payment.authorized']);
  });

  it.each([
    ['test_declined', 'card_declined', '05'],
    ['test_insufficient_funds', 'insufficient_funds', '51'],
  ])('by %s fails for good, with the processor’s reason', async (paymentMethod, code, responseCode) => {
    const request = aRequest({ paymentMethod });
    const first = await done(request);
    expect(first.response).toMatch(/^failed /);
    expect(await done(request)).toEqual({ response: first.response, replayed: true });
    const { payment, transactions, events } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'failed', failure: { code } });
    expect(transactions).toMatchObject([{ status: 'failed', responseCode }]);
    expect(events).toEqual(['payment.created', 'payment.failed']);
    expect(world.calls.charge).toBe(1);
    await expectSound(world, request);
  });

  it.each([0n, -5n])('of %d is refused and leaves no trace', async (amount) => {
    const request = aRequest({ amount });
    expect(await failure(request)).toEqual({ kind: 'AmountNotPositive' });
    expect((await storedFor(world, request)).claim).toBeUndefined();
    expect(world.calls).toMatchObject({ commit: 0, charge: 0, move: 0, lookup: 0 });
  });

  it('that cannot be recorded is never charged', async () => {
    world.turns.commit.push(loseCommit);
    const request = aRequest();
    expect(await failure(request)).toMatchObject({ kind: 'StorageUnavailable' });
    expect(world.calls.charge).toBe(0);
    expect((await done(request)).replayed).toBe(false);
    expect(world.ledger.charges().size).toBe(1);
  });
});

describe('the same key again', () => {
  it('gives the same bytes and does nothing', async () => {
    const request = aRequest();
    const first = await done(request);
    const before = { ...world.calls };
    world.pass(DAY - 1);
    const again = {
      ...request,
      origin: { actor: { id: 'other', type: 'admin' }, requestId: 'req-2' },
    } as const;
    expect(await done(again)).toEqual({ response: first.response, replayed: true });
    expect(world.calls).toEqual(before);
  });

  it('knows the payload in whatever order its metadata was written', async () => {
    const request = aRequest({ metadata: { a: '1', b: '2' } });
    const first = await done(request);
    expect(await done({ ...request, metadata: { b: '2', a: '1' } })).toEqual({ ...first, replayed: true });
  });

  const others: readonly (readonly [string, Partial<ProcessPaymentRequest>])[] = [
    ['amount', { amount: money(2_501n, 'USD') }],
    ['currency', { amount: money(2_500n, 'EUR') }],
    ['payment method', { paymentMethod: 'bank_account' }],
    ['capture method', { captureMethod: 'manual' }],
    ['customer', { customerId: idOf('cus', '1'.repeat(32)) }],
    ['description', { description: 'other' }],
    ['metadata', { metadata: { a: '2' } }],
    ['absent metadata', { metadata: {} }],
  ];
  it.each(others)('is refused with another %s, and the first answer stands', async (_name, other) => {
    const request = aRequest({ metadata: { a: '1' } });
    const first = await done(request);
    expect(await failure({ ...request, ...other })).toEqual({ kind: 'IdempotencyKeyReused' });
    expect(await done(request)).toEqual({ ...first, replayed: true });
    expect(world.ledger.charges().size).toBe(1);
  });

  it('is refused with another payload also while the first is under way', async () => {
    const { hold, letGo } = holding();
    world.turns.charge.push(hold);
    const request = aRequest();
    const first = world.process(request);
    await soon();
    expect(await failure({ ...request, amount: money(1n, 'USD') })).toEqual({ kind: 'IdempotencyKeyReused' });
    letGo();
    expect((await first).isOk()).toBe(true);
  });

  it('of another merchant is another key', async () => {
    const request = aRequest();
    const [mine, theirs] = [
      await done(request),
      await done({ ...request, merchantId: aMerchantId('merchant-b'), amount: money(7n, 'USD') }),
    ];
    expect(theirs.replayed).toBe(false);
    expect(paymentIn(theirs.response)).not.toBe(paymentIn(mine.response));
    expect(world.ledger.charges().size).toBe(2);
  });

  it('while the first is under way says how long to wait', async () => {
    const { hold, letGo } = holding();
    world.turns.charge.push(hold);
    const request = aRequest();
    const first = world.process(request);
    await soon();
    world.pass(12_000);
    expect(await failure(request)).toEqual({
      kind: 'IdempotencyInFlight',
      retryAfterMs: terms.leaseMs - 12_000,
    });
    letGo();
    const { response } = (await first)._unsafeUnwrap();
    expect(await done(request)).toEqual({ response, replayed: true });
    expect(world.ledger.charges().size).toBe(1);
  });

  it('many times at once has one effect', async () => {
    const request = aRequest();
    const results = await Promise.all(Array.from({ length: 50 }, () => world.process(request)));
    const responses = results.filter((each) => each.isOk()).map((each) => each.value);
    expect(responses.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(responses.map(({ response }) => response)).size).toBe(1);
    for (const each of results.filter((result) => result.isErr()))
      expect(each.error.kind).toBe('IdempotencyInFlight');
    expect(world.calls.charge).toBe(1);
    await expectSound(world, request);
  });

  it('a day later is answered from the payment, and still never charges', async () => {
    const request = aRequest();
    const first = await done(request);
    world.pass(DAY);
    expect(await done(request)).toEqual({ response: first.response, replayed: true });
    world.pass(10 * 365 * DAY);
    expect(await done(request)).toEqual({ response: first.response, replayed: true });
    expect(await failure({ ...request, amount: money(1n, 'USD') })).toEqual({ kind: 'IdempotencyKeyReused' });
    expect(world.calls.charge).toBe(1);
  });

  it('a day after an unknown outcome says how the payment stands', async () => {
    const request = aRequest({ paymentMethod: 'test_timeout_approved' });
    const { response } = await done(request);
    world.pass(DAY);
    expect(await done(request)).toEqual({ response, replayed: true });
    await world.recover(10);
    expect((await done(request)).response).toMatch(/^succeeded /);
    expect(world.calls.charge).toBe(1);
  });
});

describe('a refused request', () => {
  const refusals = [
    ['an amount over the limit', { amount: 1_000_001n }, 'AmountOverLimit'],
    ['an unknown payment method', { paymentMethod: 'cash' }, 'PaymentMethodNotAccepted'],
    ['an unknown customer', { customerId: idOf('cus', '1'.repeat(32)) }, 'CustomerNotAccepted'],
  ] as const;

  it.each(refusals)(
    'for %s leaves its key free, takes no payment and calls no processor',
    async (_name, parts, kind) => {
      const request = aRequest(parts);
      expect(await failure(request)).toMatchObject({ kind });
      expect(await storedFor(world, request)).toEqual({ claim: undefined, payment: undefined });
      expect(world.calls).toEqual({ commit: 0, charge: 0, move: 0, lookup: 0, resolve: 1 });
    },
  );

  it('goes through under the same key once the limit allows it, or with another payload', async () => {
    const refused = aRequest({ amount: 1_000_001n });
    const smaller = { ...refused, amount: money(5n, 'USD') };
    expect(await failure(refused)).toMatchObject({ kind: 'AmountOverLimit' });
    expect((await done(smaller)).response).toMatch(/^succeeded /);
    await expectSound(world, smaller);
  });

  it('at the limit itself is not refused', async () => {
    expect((await done(aRequest({ amount: 1_000_000n }))).response).toMatch(/^succeeded /);
  });
});

describe('a merchant who takes no payments', () => {
  it('is refused without a trace, unknown or suspended', async () => {
    world.suspended.add('merchant-a');
    const unknown = aRequest({ merchantId: aMerchantId('nobody') });
    for (const request of [aRequest(), unknown]) {
      expect(await failure(request)).toEqual({ kind: 'MerchantInactive', merchantId: request.merchantId });
      expect((await storedFor(world, request)).claim).toBeUndefined();
    }
    expect(world.calls).toEqual({ commit: 0, charge: 0, move: 0, lookup: 0, resolve: 0 });
  });

  it('still gets the answers of before', async () => {
    const [request, fresh] = [aRequest(), aRequest()];
    const first = await done(request);
    world.suspended.add('merchant-a');
    expect(await done(request)).toEqual({ ...first, replayed: true });
    world.pass(DAY);
    expect(await done(request)).toEqual({ ...first, replayed: true });
    expect((await failure(fresh)).kind).toBe('MerchantInactive');
    world.suspended.clear();
    expect((await done(fresh)).replayed).toBe(false);
  });

  it('cannot try again what the processor refused', async () => {
    world.turns.charge.push(refuseCharge);
    const request = aRequest();
    await failure(request);
    world.suspended.add('merchant-a');
    expect((await failure(request)).kind).toBe('MerchantInactive');
    expect(world.calls.charge).toBe(1);
    await expectSound(world, request);
  });
});
