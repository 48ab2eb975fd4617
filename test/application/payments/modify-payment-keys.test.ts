import { describe, expect, it } from 'vitest';
import { type ModifyPaymentRequest } from '../../../src/application/payments/modify-payment.ts';
import { type Operation } from '../../../src/domain/kernel/claim.ts';
import { idOf, type PaymentId } from '../../../src/domain/kernel/ids.ts';
import { aMerchantId, terms } from '../../fixtures/changes.ts';
import { aVoid, capture, refund } from '../../fixtures/modified-payments.ts';
import { everythingOf, expectBooksAgree } from '../../support/books.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aModification, aPayment, loseMove } from '../world.ts';
import { done, held, stored, sums, TAKEN, taken } from './modifying.ts';

eachInItsOwnWorld();

const DAY = terms.keepResponsesMs;

const failure = async (request: ModifyPaymentRequest) => (await world.move(request))._unsafeUnwrapErr();

const claimOf = async ({ merchantId, idempotencyKey: key }: ModifyPaymentRequest, operation: Operation) =>
  (await world.storage.claims.find({ merchantId, operation, key }, world.clock.at))._unsafeUnwrap();

describe('the same key again', () => {
  const kinds = [
    ['capture', () => held(), capture(30n)],
    ['refund', () => taken(), refund(30n)],
    ['void', () => held(), aVoid],
  ] as const;

  it.each(kinds)('of a %s gives the same bytes and does nothing', async (type, pay, modification) => {
    const id = await pay();
    const request = aModification(id, modification);
    const first = await done(request);
    const before = { ...world.calls };
    world.pass(DAY - 1);
    const again = {
      ...request,
      origin: { actor: { id: 'other', type: 'admin' }, requestId: 'req-2' },
    } as const;
    expect(await done(again)).toEqual({ response: first.response, replayed: true });
    world.pass(DAY);
    expect(await done(again)).toEqual({ response: first.response, replayed: true });
    expect(world.calls).toEqual(before);
    expect((await claimOf(request, type))?.transactionId).toBe((await stored(id)).transactions[1]?.id);
  });

  it.each(kinds)('of a %s many times at once moves once', async (_type, pay, modification) => {
    const id = await pay();
    const request = aModification(id, modification);
    const results = await Promise.all(Array.from({ length: 50 }, () => world.move(request)));
    const responses = results.filter((each) => each.isOk()).map((each) => each.value);
    expect(responses.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(responses.map(({ response }) => response)).size).toBe(1);
    for (const each of results.filter((result) => result.isErr()))
      expect(each.error.kind).toBe('IdempotencyInFlight');
    expect(world.calls.move).toBe(1);
    expect((await stored(id)).transactions).toHaveLength(2);
  });

  it('with another payload, reason or payment is refused, and the first answer stands', async () => {
    const [id, other] = [await taken(), await taken()];
    const request = aModification(id, refund(30n), { reason: 'a' });
    const first = await done(request);
    const others: ModifyPaymentRequest[] = [
      { ...request, modification: refund(31n) },
      { ...request, modification: refund() },
      { ...request, reason: 'b' },
      { ...request, paymentId: other },
    ];
    for (const each of others) expect(await failure(each)).toEqual({ kind: 'IdempotencyKeyReused' });
    expect(await done(request)).toEqual({ ...first, replayed: true });
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 30n });
    expect(sums(await stored(other))).toEqual(TAKEN);
  });

  it('of a capture that was not final is another payload', async () => {
    const request = aModification(await held(), capture(30n));
    await done(request);
    expect(await failure({ ...request, modification: capture(30n, true) })).toEqual({
      kind: 'IdempotencyKeyReused',
    });
  });

  it('on another operation, or of another merchant, is another key', async () => {
    const [id, idempotencyKey] = [await held(), 'one-key'];
    const theirs = await aPayment(world, { merchantId: aMerchantId('merchant-b'), idempotencyKey });
    await done(aModification(id, capture(30n), { idempotencyKey }));
    await done(aModification(id, aVoid, { idempotencyKey }));
    await done(aModification(id, refund(10n), { idempotencyKey }));
    await done(aModification(theirs, refund(20n), { idempotencyKey, merchantId: aMerchantId('merchant-b') }));
    expect(sums(await stored(id))).toEqual({ ...TAKEN, captured: 30n, refunded: 10n });
    await expectBooksAgree(world.storage, world.ledger, aMerchantId('merchant-b'));
    expect(world.ledger.book(theirs)?.refunded).toBe(20n);
  });
});

describe('a modification that a rule refuses', () => {
  it('whose cause may pass leaves the key free, and the same request goes through once it has', async () => {
    const id = await held();
    const request = aModification(id, refund(10n));
    expect(await failure(request)).toMatchObject({ kind: 'PaymentStateConflict', underWay: false });
    expect(await claimOf(request, 'refund')).toBeUndefined();
    await done(aModification(id, capture()));
    expect((await done(request)).response).toMatch(/^succeeded /);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 10n });
  });

  it('because another is under way leaves the key free, and goes through when that has failed', async () => {
    const id = await held({ paymentMethod: 'test_movement_refused' });
    world.turns.move.push(loseMove);
    await done(aModification(id, capture(30n)));
    const final = aModification(id, capture(40n, true));
    expect(await failure(final)).toMatchObject({ kind: 'PaymentStateConflict', underWay: true });
    const tooMuch = aModification(id, capture(80n));
    expect(await failure(tooMuch)).toMatchObject({ kind: 'AmountExceedsAuthorized' });
    for (const [request, type] of [
      [final, 'capture'],
      [tooMuch, 'capture'],
    ] as const)
      expect(await claimOf(request, type)).toBeUndefined();
    world.pass(terms.leaseMs);
    (await world.recover(10))._unsafeUnwrap();
    expect((await done(tooMuch)).response).toMatch(/^failed /);
    expect((await done(final)).response).toMatch(/^failed /);
  });

  it('for good is answered and replayed for a day, and calls no processor', async () => {
    const id = await taken();
    const request = aModification(id, refund(101n));
    const response = 'refused AmountExceedsCaptured for req-1';
    expect((await world.move(request))._unsafeUnwrap()).toEqual({ response, replayed: false });
    world.pass(DAY - 1);
    const again = { ...request, origin: { ...request.origin, requestId: 'req-2' } };
    expect((await world.move(again))._unsafeUnwrap()).toEqual({ response, replayed: true });
    expect(await failure({ ...request, modification: refund(11n) })).toEqual({
      kind: 'IdempotencyKeyReused',
    });
    expect(world.calls.move).toBe(0);
    world.pass(1);
    expect((await world.move(again))._unsafeUnwrap()).toEqual({
      response: 'refused AmountExceedsCaptured for req-2',
      replayed: false,
    });
  });

  it.each([0n, -1n])('as an amount of %d does is not kept, and never read as all', async (amount) => {
    for (const [id, modification] of [
      [await held(), capture(amount)],
      [await held(), capture(amount, true)],
      [await taken(), refund(amount)],
    ] as const) {
      const request = aModification(id, modification);
      const before = { ...world.calls };
      expect(await failure(request)).toEqual({ kind: 'AmountNotPositive' });
      expect(world.calls).toEqual(before);
      expect(await claimOf(request, modification.type)).toBeUndefined();
      const corrected = { ...request, modification: { ...modification, amount: 5n } };
      expect((await done(corrected)).response).toMatch(/^succeeded txn_\S+ v2 5 /);
      await stored(id);
    }
  });

  it('as a payment that is not there, or is another tenant’s, leaves no trace', async () => {
    const theirs = await taken({ merchantId: aMerchantId('merchant-b') });
    for (const id of [idOf('pay', '1'.repeat(32)), theirs])
      for (const modification of [capture(1n), refund(1n), aVoid]) {
        const request = aModification(id, modification);
        expect(await failure(request)).toEqual({ kind: 'PaymentNotFound', id });
        expect(await claimOf(request, modification.type)).toBeUndefined();
      }
    expect(world.calls.move).toBe(0);
    expect(world.ledger.book(theirs)?.refunded).toBe(0n);
  });

  it('as a capture of a merchant who is unknown or suspended leaves no trace', async () => {
    const id = await held();
    const before = await done(aModification(id, capture(10n), { idempotencyKey: 'of before' }));
    world.suspended.add('merchant-a');
    for (const merchantId of [aMerchantId(), aMerchantId('nobody')]) {
      const request = aModification(id, capture(10n), { merchantId });
      expect(await failure(request)).toEqual({ kind: 'MerchantInactive', merchantId });
      expect(await claimOf(request, 'capture')).toBeUndefined();
    }
    expect(await done(aModification(id, capture(10n), { idempotencyKey: 'of before' }))).toEqual({
      ...before,
      replayed: true,
    });
    expect(world.calls.move).toBe(1);
  });

  it.each(['test_declined', 'test_unavailable', 'test_timeout_approved'])(
    'as any of a payment by %s, which took nothing yet',
    async (paymentMethod) => {
      const request = { amount: 100n, paymentMethod };
      await aPayment(world, request).catch(() => undefined);
      const [payment] = (await everythingOf(world.storage, aMerchantId())).payments;
      for (const modification of [capture(1n), refund(1n), aVoid])
        expect((await done(aModification(payment?.id as PaymentId, modification))).response).toMatch(
          /^refused PaymentStateConflict /,
        );
      expect(world.calls.move).toBe(0);
    },
  );
});
