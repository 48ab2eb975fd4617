import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { ATTENTION_INTERVAL_MS } from '../../../src/domain/payments/attention.ts';
import { amountsOf, type Payment } from '../../../src/domain/payments/payment.ts';
import type { Verdict } from '../../../src/ports/processor.ts';
import { NOON, terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import {
  aModification,
  dieAfter,
  dieBefore,
  expectToStand,
  loseMove,
  pass,
  refuseLookup,
  refuseMove,
  soon,
} from '../world.ts';
import { afterwards, DAY, fit, MOVEMENTS, recovered, refund, stored } from './recovering.ts';

eachInItsOwnWorld();

/** Rounds enough for whatever was left to be ended. */
async function recoverAll() {
  for (let round = 0; round < 4; round += 1) {
    world.pass(600_000);
    await recovered();
  }
}

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
    const causes: unknown[] = [];
    for (const other of [verdict, { ...verdict, amount: money(60n, 'EUR') }]) {
      world.turns.lookup.push(() => okAsync(other));
      world.pass(ATTENTION_INTERVAL_MS);
      expect(await recovered()).toMatchObject({ due: 1, settled: 0, waiting: 1 });
      const { payment, modifications } = await stored(id);
      const { reason, modification } = payment.attention ?? {};
      expect(modification?.transactionId).toBe(modifications[0]?.id);
      causes.push(reason);
    }
    expect(causes).toEqual(['amount_differs', 'currency_differs']);
    world.pass(ATTENTION_INTERVAL_MS);
    expect(await recovered()).toMatchObject({ settled: 1 });
    const { payment } = await stored(id);
    expect(payment).toMatchObject({ refunded: money(60n, 'USD') });
    expect(payment.attention).toBeUndefined();
  });

  it('stays with people once the processor refused what it had done before', async () => {
    const id = await fit(refund, 'test_timeout_approved');
    await afterwards(aModification(id, refund));
    const approved: Verdict = {
      approved: true,
      amount: money(59n, 'USD'),
      processorId: 'p',
      responseCode: '00',
      responseText: 'Approved',
      processedAt: NOON,
    };
    const refused = {
      ...approved,
      amount: money(60n, 'USD'),
      approved: false as const,
      decline: 'movement_refused' as const,
    };
    const absent = { kind: 'ProcessorHasNoRecord' } as const;
    for (const other of [okAsync(approved), okAsync(refused), errAsync(absent)]) {
      world.turns.lookup.push(() => other);
      world.pass(ATTENTION_INTERVAL_MS);
      expect(await recovered()).toMatchObject({ settled: 0, waiting: 1 });
    }
    const { payment, modifications } = await stored(id);
    expect(payment.attention).toMatchObject({ reason: 'state_differs', seen: { state: 'absent' } });
    expect(modifications[0]?.status).toBe('pending');
    expect(payment).toMatchObject({ refunding: money(60n, 'USD'), refunded: money(0n, 'USD') });
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
