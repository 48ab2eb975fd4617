import { errAsync, okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ModifyPaymentRequest,
  modifyPayment,
} from '../../../src/application/payments/modify-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import { idOf, type PaymentId } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import type { ModificationRequest } from '../../../src/domain/payments/modification.ts';
import { amountsOf, type Payment } from '../../../src/domain/payments/payment.ts';
import type { Verdict } from '../../../src/ports/processor.ts';
import { aMerchantId, NOON, terms } from '../../fixtures/changes.ts';
import { noConfig } from '../../fixtures/vault.ts';
import { expectBooksAgree, expectChainsWhole } from '../../support/books.ts';
import {
  aModification,
  aPayment,
  aRequest,
  aWorld,
  dieAfter,
  dieBefore,
  expectSound,
  expectToStand,
  holding,
  loseCommit,
  loseMove,
  loseReply,
  pass,
  refuseCharge,
  refuseLookup,
  refuseMove,
  soon,
  storedFor,
  type World,
} from '../world.ts';

const DAY = terms.keepResponsesMs;

let world: World;
beforeEach(async () => {
  world = await aWorld();
});
afterEach(() => world.close());

const recovered = async () => (await world.recover(100))._unsafeUnwrap();

/** What a process that started after the others ended would do. */
const afterwards = async (request: ModifyPaymentRequest) =>
  (await modifyPayment(world.ports, terms)(request))._unsafeUnwrap();

/** Rounds enough for whatever was left to be ended. */
async function recoverAll() {
  for (let round = 0; round < 4; round += 1) {
    world.pass(600_000);
    await recovered();
  }
}

async function stored(id: PaymentId) {
  const payment = (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
  const transactions = (await world.storage.payments.transactionsOf(aMerchantId(), id))._unsafeUnwrap();
  await expectChainsWhole(world.storage, payment);
  await expectBooksAgree(world.storage, world.ledger, aMerchantId());
  const links = (await world.storage.auditTrail.ofPayment(aMerchantId(), id))._unsafeUnwrap();
  return { payment, modifications: transactions.slice(1), links };
}

const partCapture: ModificationRequest = { type: 'capture', amount: 30n, final: false };
const finalCapture: ModificationRequest = { type: 'capture', amount: 30n, final: true };
const refund: ModificationRequest = { type: 'refund', amount: 60n };
const aVoid: ModificationRequest = { type: 'void' };

const MOVEMENTS = [
  ['a partial capture', partCapture, 'authorized'],
  ['a final capture', finalCapture, 'succeeded'],
  ['a refund', refund, 'succeeded'],
  ['a void', aVoid, 'canceled'],
] as const;

/** A payment that allows the modification, by a method of that behaviour. */
const fit = async ({ type }: ModificationRequest, paymentMethod = 'card'): Promise<PaymentId> => {
  const id = await aPayment(world, {
    captureMethod: type === 'refund' ? 'automatic' : 'manual',
    paymentMethod,
  });
  if (paymentMethod !== 'test_timeout_approved') return id;
  world.pass(1_000);
  await recovered();
  return id;
};

/** Every call that moving makes to the outside, and the two ways to end at it. */
const POINTS = [
  ['before the money is set aside', () => world.turns.commit.push(dieBefore)],
  ['after the money is set aside', () => world.turns.commit.push(dieAfter)],
  ['before the processor moves it', () => world.turns.move.push(dieBefore)],
  ['after the processor moved it', () => world.turns.move.push(dieAfter)],
  ['before the outcome is recorded', () => world.turns.commit.push(pass, dieBefore)],
  ['after the outcome is recorded', () => world.turns.commit.push(pass, dieAfter)],
] as const;

const cases = POINTS.flatMap(([point, crash]) =>
  MOVEMENTS.flatMap(([name, modification, end]) =>
    (['card', 'test_timeout_approved', 'test_movement_refused'] as const).map((method) => ({
      point,
      crash,
      name,
      modification,
      method,
      end:
        method !== 'test_movement_refused'
          ? end
          : modification.type === 'refund'
            ? 'succeeded'
            : 'authorized',
      done: method !== 'test_movement_refused',
    })),
  ),
);

/** What captures and refunds under way hold of a payment. */
const underWay = (payment: Payment): bigint =>
  amountsOf(payment).reserved.minorUnits + amountsOf(payment).refunding.minorUnits;

describe('a process that ends in a modification', () => {
  it.each(cases)('$point of $name by $method, and the client comes back', async (each) => {
    const id = await fit(each.modification, each.method);
    const request = aModification(id, each.modification);
    each.crash();
    void world.move(request);
    await soon();
    world.pass(terms.leaseMs);
    const first = await afterwards(request);
    await recoverAll();
    expectToStand(first, await afterwards(request));
    const { payment, modifications } = await stored(id);
    expect([payment.status, underWay(payment)]).toEqual([each.end, 0n]);
    expect(modifications.map(({ status }) => status)).toEqual([each.done ? 'succeeded' : 'failed']);
  });

  it.each(cases)('$point of $name by $method, and only recovery goes on', async (each) => {
    const id = await fit(each.modification, each.method);
    each.crash();
    void world.move(aModification(id, each.modification));
    await soon();
    await recoverAll();
    const { payment, modifications } = await stored(id);
    expect(underWay(payment)).toBe(0n);
    if (modifications.length === 0) {
      expect(payment.version).toBe(2);
      return;
    }
    expect(payment.status).toBe(each.end);
    expect(modifications.map(({ status }) => status)).toEqual([each.done ? 'succeeded' : 'failed']);
  });

  it.each(POINTS)('%s while carrying on is carried on again', async (_point, crash) => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(dieBefore);
    void world.move(request);
    await soon();
    world.pass(terms.leaseMs);
    crash();
    void modifyPayment(world.ports, terms)(request);
    await soon();
    world.pass(terms.leaseMs);
    expect((await afterwards(request)).response).toMatch(/^succeeded /);
    expect(world.ledger.book(id)?.refunded).toBe(60n);
    expect((await stored(id)).modifications).toHaveLength(1);
  });
});

describe('a modification without an answer', () => {
  it.each(MOVEMENTS)('such as %s is pending until recovery has asked', async (_name, modification, end) => {
    const id = await fit(modification, 'test_timeout_approved');
    const request = aModification(id, modification);
    const first = await afterwards(request);
    expect(first.response).toMatch(/^pending /);
    expect(await afterwards(request)).toEqual({ response: first.response, replayed: true });
    world.pass(999);
    expect((await recovered()).due).toBe(0);
    world.pass(1);
    const { move, lookup } = world.calls;
    expect(await recovered()).toEqual({ due: 1, settled: 1, waiting: 0, skipped: 0, stuck: 0 });
    expect(world.calls).toMatchObject({ move, lookup: lookup + 1 });
    const { payment, links } = await stored(id);
    expect(payment.status).toBe(end);
    expect(links.filter(({ entityId }) => entityId === id).at(-1)).toMatchObject({
      actor: { id: 'recovery', type: 'system' },
    });
    expectToStand(first, await afterwards(request));
    world.pass(DAY);
    expect((await afterwards(request)).response).toMatch(/^succeeded /);
  });

  it.each([
    ['never reached the processor', loseMove],
    ['was refused by one that was away', refuseMove],
  ])('that %s is sent again under the same reference', async (_what, lose) => {
    const id = await fit(refund);
    world.turns.move.push(lose);
    expect((await afterwards(aModification(id, refund))).response).toMatch(/^pending /);
    expect(world.ledger.book(id)?.refunded).toBe(0n);
    world.pass(1_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    const { payment, modifications } = await stored(id);
    expect(payment).toMatchObject({ status: 'succeeded', refunded: money(60n, 'USD') });
    expect(world.ledger.find(modifications[0]?.id ?? '')).toMatchObject({ approved: true });
    expect(world.calls).toMatchObject({ move: 2 });
  });

  it('is never sent again while the processor’s record cannot be read', async () => {
    const id = await fit(refund, 'test_timeout_approved');
    await afterwards(aModification(id, refund));
    const { move } = world.calls;
    const pauses: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      world.turns.lookup.push(refuseLookup);
      world.pass(300_000);
      expect(await recovered()).toMatchObject({ due: 1, waiting: 1 });
      pauses.push(world.calls.move - move);
    }
    expect(pauses).toEqual([0, 0, 0, 0]);
    expect((await stored(id)).payment).toMatchObject({ refunding: money(60n, 'USD') });
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await stored(id)).payment).toMatchObject({ refunded: money(60n, 'USD') });
  });

  it('does not end on a contradicting amount', async () => {
    const id = await fit(refund, 'test_timeout_approved');
    await afterwards(aModification(id, refund));
    const verdict: Verdict = {
      approved: true,
      amount: money(59n, 'USD'),
      processorId: 'p',
      responseCode: '00',
      responseText: 'Approved',
      processedAt: NOON,
    };
    for (const other of [
      verdict,
      { ...verdict, amount: money(60n, 'EUR') },
      { ...verdict, approved: false as const, decline: 'movement_refused' as const },
    ]) {
      world.turns.lookup.push(() => okAsync(other));
      world.pass(300_000);
      expect(await recovered()).toMatchObject({ due: 1, settled: 0, waiting: 1 });
    }
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await stored(id)).payment).toMatchObject({ refunded: money(60n, 'USD') });
  });

  it('does not hold up the others of its payment, which recovery ends side by side', async () => {
    const id = await fit(refund, 'test_timeout_approved');
    const requests = Array.from({ length: 20 }, () => aModification(id, { type: 'refund', amount: 5n }));
    for (const request of requests) expect((await afterwards(request)).response).toMatch(/^pending /);
    expect(
      (await world.move(aModification(id, { type: 'refund', amount: 1n })))._unsafeUnwrapErr(),
    ).toMatchObject({ kind: 'AmountExceedsCaptured' });
    world.pass(1_000);
    const another = recoverPayments(world.ports, terms);
    const [mine, theirs] = await Promise.all([recovered(), another(100)]);
    expect(mine.settled + theirs._unsafeUnwrap().settled).toBe(20);
    const { payment, modifications } = await stored(id);
    expect(payment).toMatchObject({ refunded: money(100n, 'USD'), refunding: money(0n, 'USD') });
    expect(modifications).toHaveLength(20);
  });
});

describe('a retry against recovery', () => {
  it.each(MOVEMENTS)('of %s ends it once', async (_name, modification, end) => {
    for (let round = 0; round < 6; round += 1) {
      const id = await fit(modification);
      const request = aModification(id, modification);
      world.turns.move.push(round % 2 === 0 ? dieBefore : dieAfter);
      void world.move(request);
      await soon();
      world.pass(terms.leaseMs);
      const [worker, client] = await Promise.all([recovered(), modifyPayment(world.ports, terms)(request)]);
      expect(worker.settled + (client.isOk() && !client.value.replayed ? 1 : 0)).toBe(1);
      if (client.isErr()) expect(client.error.kind).toBe('IdempotencyInFlight');
      const { payment, modifications } = await stored(id);
      expect([payment.status, modifications.length]).toEqual([end, 1]);
    }
  });
});

describe('a holder of a modification that stalled', () => {
  it('finds it ended by recovery, changes nothing and gives the answer that stands', async () => {
    const { hold, letGo } = holding();
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(hold);
    const stalled = world.move(request);
    await soon();
    world.pass(terms.leaseMs);
    expect(await recovered()).toMatchObject({ settled: 1 });
    letGo();
    const { response, replayed } = (await stalled)._unsafeUnwrap();
    expect([response, replayed]).toEqual([(await afterwards(request)).response, true]);
    expect((await stored(id)).modifications).toHaveLength(1);
  });

  it('and finds the payment moved on first, does the same', async () => {
    const { hold, letGo } = holding();
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(hold);
    const stalled = world.move(request);
    await soon();
    world.pass(terms.leaseMs);
    expect(await recovered()).toMatchObject({ settled: 1 });
    world.turns.commit.push(() => errAsync({ kind: 'StaleVersion', id }));
    letGo();
    expect((await stalled)._unsafeUnwrap()).toMatchObject({ replayed: true });
    expect((await stored(id)).modifications).toHaveLength(1);
  });

  it('is not taken over while its lease lasts, by any repeat or worker', async () => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(dieBefore);
    void world.move(request);
    await soon();
    world.pass(terms.leaseMs - 1);
    expect((await modifyPayment(world.ports, terms)(request))._unsafeUnwrapErr()).toEqual({
      kind: 'IdempotencyInFlight',
      retryAfterMs: 1,
    });
    expect((await recovered()).due).toBe(0);
    world.pass(1);
    expect((await afterwards(request)).response).toMatch(/^succeeded /);
  });

  it('is carried on for a merchant who was suspended meanwhile', async () => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.move.push(dieAfter);
    void world.move(request);
    await soon();
    world.pass(terms.leaseMs);
    world.suspended.add('merchant-a');
    expect((await afterwards(request)).response).toMatch(/^succeeded /);
    await stored(id);
  });
});

describe('a lost reply of the store', () => {
  it.each([
    ['to what was set aside', [loseReply], 'IdempotencyInFlight'],
    ['to the outcome', [pass, loseReply], undefined],
    ['that was the outcome itself', [pass, loseCommit], 'IdempotencyInFlight'],
  ] as const)('%s never moves twice', async (_what, turns, atOnce) => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.commit.push(...turns);
    expect((await world.move(request))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    const again = await world.move(request);
    if (atOnce === undefined) expect(again._unsafeUnwrap()).toMatchObject({ replayed: true });
    else expect(again._unsafeUnwrapErr().kind).toBe(atOnce);
    world.pass(terms.leaseMs);
    expect((await world.move(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
    expect((await stored(id)).modifications).toHaveLength(1);
    expect(world.ledger.book(id)?.refunded).toBe(60n);
  });

  it('that was the very beginning leaves the key free', async () => {
    const id = await fit(refund);
    const request = aModification(id, refund);
    world.turns.commit.push(loseCommit);
    expect((await world.move(request))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    expect(world.calls.move).toBe(0);
    expect((await world.move(request))._unsafeUnwrap()).toMatchObject({ replayed: false });
    expect((await stored(id)).modifications).toHaveLength(1);
  });
});

describe('a charge whose stored method is gone', () => {
  /** Left before the charge was sent; by the time somebody looks, the customer has been erased. */
  async function erasedMeanwhile() {
    const customerId = idOf('cus', '1'.repeat(32));
    world.customers.add(customerId);
    const request = aRequest({ customerId, paymentMethod: 'pm_1' });
    world.turns.charge.push(dieBefore);
    void world.process(request);
    await soon();
    world.customers.delete(customerId);
    world.pass(terms.leaseMs);
    return { request, customerId };
  }

  it('is not sent, and waits for what the processor may still show', async () => {
    const { request } = await erasedMeanwhile();
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^processing /);
    for (let round = 0; round < 5; round += 1) {
      world.pass(600_000);
      expect(await recovered()).toMatchObject({ due: 1, waiting: 1 });
    }
    expect(await storedFor(world, request)).toMatchObject({
      claim: { state: 'unknown' },
      payment: { status: 'processing' },
    });
    expect(world.calls.charge).toBe(1);
    expect(world.ledger.charges().size).toBe(0);
  });

  it('has failed when its key’s day is over, and nothing was charged', async () => {
    const { request } = await erasedMeanwhile();
    world.clock.at = NOON + DAY - 1;
    expect(await recovered()).toMatchObject({ waiting: 1 });
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    const { payment, events } = await storedFor(world, request);
    expect(payment).toMatchObject({ status: 'failed', failure: { code: 'payment_method_unavailable' } });
    expect(events).toEqual(['payment.created', 'payment.failed']);
    expect(world.calls.charge).toBe(1);
    expect(world.ledger.charges().size).toBe(0);
    await expectSound(world, request);
  });

  it('is what the processor’s record says it is, if that shows in time', async () => {
    const { request } = await erasedMeanwhile();
    await recovered();
    const { payment } = await storedFor(world, request);
    await world.ports.processor.charge({
      reference: payment?.id ?? '',
      merchantId: request.merchantId,
      config: noConfig,
      amount: request.amount,
      paymentMethod: 'card',
      capture: true,
    });
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect((await storedFor(world, request)).payment?.status).toBe('succeeded');
    await expectSound(world, request);
  });

  it('is not given up unasked by a client that comes a day late', async () => {
    const customerId = idOf('cus', '1'.repeat(32));
    world.customers.add(customerId);
    const request = aRequest({ customerId, paymentMethod: 'pm_1' });
    world.turns.charge.push(refuseCharge);
    expect((await world.process(request))._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    world.customers.delete(customerId);
    world.pass(DAY);
    const { lookup } = world.calls;
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^processing /);
    expect(world.calls.lookup).toBe(lookup);
    world.pass(300_000);
    expect(await recovered()).toMatchObject({ settled: 1 });
    expect(world.calls.lookup).toBe(lookup + 1);
    expect((await storedFor(world, request)).payment?.status).toBe('failed');
    await expectSound(world, request);
  });

  it('is sent all the same when the customer is there', async () => {
    const { request, customerId } = await erasedMeanwhile();
    world.customers.add(customerId);
    expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
    await expectSound(world, request);
  });
});
