import { okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ModifyPaymentRequest,
  modifyPayment,
} from '../../../src/application/payments/modify-payment.ts';
import { type Operation } from '../../../src/domain/kernel/claim.ts';
import { idOf, type PaymentId } from '../../../src/domain/kernel/ids.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import { balancesOf } from '../../../src/domain/ledger/ledger.ts';
import type { ModificationRequest } from '../../../src/domain/payments/modification.ts';
import { amountsOf } from '../../../src/domain/payments/payment.ts';
import { aMerchantId, terms } from '../../fixtures/changes.ts';
import { everythingOf, expectBooksAgree, expectChainsWhole } from '../../support/books.ts';
import {
  aModification,
  aPayment,
  aWorld,
  given,
  holding,
  loseMove,
  refuseMove,
  type World,
} from '../world.ts';

const DAY = terms.keepResponsesMs;

let world: World;
beforeEach(async () => {
  world = await aWorld();
});
afterEach(() => world.close());

const done = async (request: ModifyPaymentRequest) => given(await world.move(request));
const failure = async (request: ModifyPaymentRequest) => (await world.move(request))._unsafeUnwrapErr();

const capture = (amount?: bigint, final = false): ModificationRequest => ({
  type: 'capture',
  ...present({ amount }),
  final,
});
const refund = (amount?: bigint): ModificationRequest => ({
  type: 'refund',
  ...present({ amount }),
});
const aVoid: ModificationRequest = { type: 'void' };

const held = (parts: Parameters<typeof aPayment>[1] = {}) =>
  aPayment(world, { captureMethod: 'manual', ...parts });
const taken = (parts: Parameters<typeof aPayment>[1] = {}) => aPayment(world, parts);

/** The payment as it is stored, with what was moved of it, after everything about it was checked. */
async function stored(id: PaymentId) {
  const payment = (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
  const transactions = (await world.storage.payments.transactionsOf(aMerchantId(), id))._unsafeUnwrap();
  await expectChainsWhole(world.storage, payment);
  await expectBooksAgree(world.storage, world.ledger, aMerchantId());
  const events = (await world.storage.outbox.unsent(1_000))._unsafeUnwrap();
  const links = (await world.storage.auditTrail.ofPayment(aMerchantId(), id))._unsafeUnwrap();
  return {
    payment,
    transactions,
    actions: links.filter(({ entityType }) => entityType === 'payment').map(({ action }) => action),
    events: events.filter(({ paymentId }) => paymentId === id).map(({ type }) => type),
  };
}

const claimOf = async ({ merchantId, idempotencyKey: key }: ModifyPaymentRequest, operation: Operation) =>
  (await world.storage.claims.find({ merchantId, operation, key }, world.clock.at))._unsafeUnwrap();

const sums = ({ payment }: Awaited<ReturnType<typeof stored>>) => {
  const { status } = payment;
  if (status !== 'succeeded' && status !== 'authorized') return { status };
  const { captured, reserved, refunded, refunding } = amountsOf(payment);
  return {
    status,
    captured: captured.minorUnits,
    refunded: refunded.minorUnits,
    refunding: refunding.minorUnits,
    ...(status === 'succeeded' ? {} : { reserved: reserved.minorUnits, closing: payment.closing }),
  };
};

const NOTHING_BACK = { refunded: 0n, refunding: 0n };
const HELD = { status: 'authorized', captured: 0n, ...NOTHING_BACK, reserved: 0n, closing: false };
const TAKEN = { status: 'succeeded', captured: 100n, ...NOTHING_BACK };

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

describe('modifications of one payment at once', () => {
  it('of 50 refunds of 60 on 100 are one', async () => {
    const id = await taken();
    const results = await Promise.all(Array.from({ length: 50 }, () => done(aModification(id, refund(60n)))));
    const kinds = results.map(({ response }) => response.split(' ').slice(0, 2).join(' '));
    expect(kinds.filter((kind) => kind.startsWith('succeeded'))).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'refused AmountExceedsCaptured')).toHaveLength(49);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 60n });
    expect(world.calls.move).toBe(1);
  });

  it('all happen when they fit, also when the processor answers all at the same moment', async () => {
    const [id, other] = [await taken(), await held()];
    const { hold, letGo } = holding();
    for (let each = 0; each < 120; each += 1)
      world.turns.move.push((call) => call().andThen((verdict) => hold(() => okAsync(verdict))));
    const results = Promise.all([
      ...Array.from({ length: 100 }, () => world.move(aModification(id, refund(1n)))),
      ...Array.from({ length: 20 }, () => world.move(aModification(other, capture(5n)))),
    ]);
    await expect.poll(() => world.calls.move).toBe(120);
    letGo();
    for (const each of await results) expect(each._unsafeUnwrap().response).toMatch(/^succeeded /);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 100n });
    expect(sums(await stored(other))).toEqual(TAKEN);
  });

  it('of two processes are decided again by who was slower', async () => {
    const id = await taken();
    const another = modifyPayment(world.ports, terms);
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        (n % 2 === 0 ? world.move : another)(aModification(id, refund(4n))),
      ),
    );
    const responses = results.map((each) => given(each).response.split(' ')[0]);
    expect(responses.filter((each) => each === 'succeeded')).toHaveLength(25);
    expect(responses.filter((each) => each === 'refused')).toHaveLength(5);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 100n });
  });

  it.each([
    ['a void', aVoid],
    ['a final capture', capture(10n, true)],
  ])('of which one is %s are that one or the other', async (_name, final) => {
    for (let round = 0; round < 10; round += 1) {
      const id = await held();
      const both = [aModification(id, capture(30n)), aModification(id, final)];
      const another = modifyPayment(world.ports, terms);
      const [mine, theirs] = round % 2 === 0 ? both : both.toReversed();
      const results = await Promise.all([
        world.move(mine as ModifyPaymentRequest),
        another(theirs as ModifyPaymentRequest),
      ]);
      const responses = results.map((each) => given(each).response.split(' ').slice(0, 2).join(' '));
      expect(responses.filter((each) => each.startsWith('succeeded'))).toHaveLength(1);
      expect(responses.filter((each) => each === 'refused PaymentStateConflict')).toHaveLength(1);
      await stored(id);
    }
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
