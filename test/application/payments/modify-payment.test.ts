import { describe, expect, it } from 'vitest';
import { balancesOf } from '../../../src/domain/ledger/ledger.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import { aVoid, capture, refund } from '../../fixtures/modified-payments.ts';
import { everythingOf } from '../../support/books.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aModification, refuseMove } from '../world.ts';
import { done, held, NOTHING_BACK, stored, sums, TAKEN, taken } from './modifying.ts';

eachInItsOwnWorld();

const HELD = { status: 'authorized', captured: 0n, ...NOTHING_BACK, reserved: 0n, closing: false };

describe('a capture', () => {
  it('in parts takes what was held, and the last part ends it', async () => {
    const id = await held();
    const { response, replayed } = await done(aModification(id, capture(30n)));
    expect(replayed).toBe(false);
    expect(response).toMatch(/^succeeded txn_[0-9a-f]+ v2 30 for req-1$/);
    expect(sums(await stored(id))).toEqual({ ...HELD, captured: 30n });
    await done(aModification(id, capture(50n)));
    expect(sums(await stored(id))).toEqual({ ...HELD, captured: 80n });
    await done(aModification(id, capture()));
    const end = await stored(id);
    expect(sums(end)).toEqual(TAKEN);
    expect(end.transactions.map(({ type, amount, status }) => [type, amount.minorUnits, status])).toEqual([
      ['authorization', 100n, 'succeeded'],
      ['capture', 30n, 'succeeded'],
      ['capture', 50n, 'succeeded'],
      ['capture', 20n, 'succeeded'],
    ]);
    expect(end.events).toEqual(['payment.created', 'payment.authorized', 'payment.succeeded']);
    expect(end.actions).toEqual([
      'payment.created',
      'payment.authorized',
      'payment.capture_pending',
      'payment.capture_succeeded',
      'payment.capture_pending',
      'payment.capture_succeeded',
      'payment.capture_pending',
      'payment.succeeded',
    ]);
  });

  it('that is final releases the rest', async () => {
    const id = await held();
    await done(aModification(id, capture(30n)));
    await done(aModification(id, capture(20n, true)));
    expect(sums(await stored(id))).toEqual({ ...TAKEN, captured: 50n });
    expect(world.ledger.book(id)).toMatchObject({ captured: 50n, ended: true });
    expect((await done(aModification(id, capture(1n)))).response).toBe(
      'refused PaymentStateConflict for req-1',
    );
  });

  it('asks the processor once, between two commits', async () => {
    const id = await held();
    const before = { ...world.calls };
    await done(aModification(id, capture(30n)));
    expect(world.calls).toEqual({ ...before, commit: before.commit + 2, move: 1 });
  });

  it('credits the merchant, less what the processor kept', async () => {
    const id = await held({ amount: 10_000n, paymentMethod: 'test_fee' });
    await done(aModification(id, capture(1_000n)));
    await done(aModification(id, capture(2_000n, true)));
    await stored(id);
    const { entries } = await everythingOf(world.storage, aMerchantId());
    expect(balancesOf(entries)).toMatchObject([
      { available: 2_913n, fees: 87n, processor: -3_000n, pending: 0n },
    ]);
  });
});

describe('a refund', () => {
  it('in parts gives back what was taken, and never more', async () => {
    const id = await taken();
    for (const amount of [30n, 50n]) await done(aModification(id, refund(amount), { reason: 'came back' }));
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 80n });
    expect((await done(aModification(id, refund(21n)))).response).toBe(
      'refused AmountExceedsCaptured for req-1',
    );
    await done(aModification(id, refund()));
    const end = await stored(id);
    expect(sums(end)).toEqual({ ...TAKEN, refunded: 100n });
    expect(end.transactions.slice(1)).toMatchObject([
      { type: 'refund', reason: 'came back', amount: { minorUnits: 30n } },
      { type: 'refund', reason: 'came back', amount: { minorUnits: 50n } },
      { type: 'refund', amount: { minorUnits: 20n } },
    ]);
    expect(end.events).toEqual([
      'payment.created',
      'payment.succeeded',
      'refund.created',
      'refund.created',
      'refund.created',
    ]);
    expect((await done(aModification(id, refund()))).response).toBe(
      'refused AmountExceedsCaptured for req-1',
    );
  });

  it('of a part that was captured is about that part', async () => {
    const id = await held();
    await done(aModification(id, capture(40n, true)));
    expect((await done(aModification(id, refund(41n)))).response).toMatch(/^refused AmountExceedsCaptured /);
    await done(aModification(id, refund()));
    expect(sums(await stored(id))).toEqual({ ...TAKEN, captured: 40n, refunded: 40n });
  });
});

describe('a void', () => {
  it('releases everything', async () => {
    const id = await held();
    expect((await done(aModification(id, aVoid))).response).toMatch(/^succeeded txn_\S+ v2 100 /);
    const end = await stored(id);
    expect(end.payment.status).toBe('canceled');
    expect(end.events).toEqual(['payment.created', 'payment.authorized', 'payment.canceled']);
    expect(world.ledger.book(id)).toMatchObject({ captured: 0n, ended: true });
    for (const request of [capture(1n), aVoid, refund(1n)])
      expect((await done(aModification(id, request))).response).toMatch(/^refused PaymentStateConflict /);
  });

  it('after a partial capture keeps what was taken, which can be given back', async () => {
    const id = await held();
    await done(aModification(id, capture(30n)));
    expect((await done(aModification(id, aVoid))).response).toMatch(/^succeeded txn_\S+ v2 70 /);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, captured: 30n });
    await done(aModification(id, refund()));
    expect(sums(await stored(id))).toEqual({ ...TAKEN, captured: 30n, refunded: 30n });
  });

  it('of what is taken already is refused', async () => {
    const id = await taken();
    expect((await done(aModification(id, aVoid))).response).toBe('refused PaymentStateConflict for req-1');
    expect(sums(await stored(id))).toEqual(TAKEN);
  });
});

describe('a suspended merchant', () => {
  it('still gives back what was taken, and releases what is held', async () => {
    const [paid, authorized] = [await taken(), await held()];
    world.suspended.add('merchant-a');
    expect((await done(aModification(paid, refund(10n)))).response).toMatch(/^succeeded /);
    expect((await done(aModification(authorized, aVoid))).response).toMatch(/^succeeded /);
    expect(sums(await stored(paid))).toEqual({ ...TAKEN, refunded: 10n });
  });
});

describe('a modification that the processor refuses', () => {
  it.each([
    ['capture', () => held({ paymentMethod: 'test_movement_refused' }), capture(30n, true), HELD],
    ['void', () => held({ paymentMethod: 'test_movement_refused' }), aVoid, HELD],
    ['refund', () => taken({ paymentMethod: 'test_movement_refused' }), refund(30n), TAKEN],
  ] as const)('such as a %s, fails and leaves its money free', async (type, pay, modification, asItWas) => {
    const id = await pay();
    const request = aModification(id, modification);
    const first = await done(request);
    expect(first.response).toMatch(/^failed /);
    expect(await done(request)).toEqual({ response: first.response, replayed: true });
    const end = await stored(id);
    expect(sums(end)).toEqual(asItWas);
    expect(end.transactions[1]).toMatchObject({ type, status: 'failed', responseCode: '57' });
    expect(end.actions.slice(-2)).toEqual([`payment.${type}_pending`, `payment.${type}_failed`]);
    expect(end.events.slice(2)).toEqual(type === 'refund' ? ['refund.failed'] : []);
    expect((await done(aModification(id, modification))).response).toMatch(/^failed /);
    expect(world.calls.move).toBe(2);
  });
});

describe('a processor that is away', () => {
  it('when a modification comes leaves it pending, and its money set aside', async () => {
    const id = await taken();
    world.turns.move.push(refuseMove);
    const request = aModification(id, refund(60n));
    const first = await done(request);
    expect(first).toMatchObject({ replayed: false });
    expect(first.response).toMatch(/^pending txn_\S+ v1 60 /);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunding: 60n });
    expect((await done(aModification(id, refund(60n)))).response).toMatch(/^refused AmountExceedsCaptured /);
    expect(await done(request)).toEqual({ ...first, replayed: true });
  });
});
