import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complete,
  type Modification,
  type ModificationRequest,
  modificationOf,
  release,
} from '../../../src/domain/payments/modification.ts';
import { amountsOf, type Payment } from '../../../src/domain/payments/payment.ts';
import { NOON } from '../../fixtures/changes.ts';
import {
  authorized,
  aVoid,
  capture,
  done,
  refund,
  refusal,
  reserved,
  succeeded,
} from '../../fixtures/modified-payments.ts';
import { paymentOrder, trying } from '../arbitraries.ts';
import { after, type Move, type Moving, move, moves, opened, reachable } from '../payment-moves.ts';

/** Modifications that end after one another, as they were set aside. */
const doneAll = (payment: Payment, requests: readonly ModificationRequest[]): Payment =>
  requests.reduce(done, payment);

describe('any sequence of modifications', () => {
  const sumOf = (modifications: readonly Modification[]) =>
    modifications.reduce((all, { amount }) => all + amount.minorUnits, 0n);

  /** Every state on the way, with the modifications that were completed so far. */
  function walk(order: Parameters<typeof opened>[0], moves: readonly Move[]) {
    let state = opened(order);
    const completed: Modification[] = [];
    return moves.map((each, step) => {
      const next = after(state, each, NOON + step);
      if (each.kind === 'complete' && next !== undefined)
        completed.push(...state.underWay.filter((one) => !next.underWay.includes(one)));
      state = next ?? state;
      return { state, completed: [...completed] };
    });
  }

  /** Only payments that got past the processor move money, so most walks begin there. */
  const approved = moves(40).map((all): readonly Move[] => [
    { kind: 'approve', share: 1, final: false, which: 0 },
    ...all,
  ]);

  it('keeps 0 ≤ refunded + refunding ≤ captured ≤ authorized and captured + reserved ≤ authorized', () => {
    const seen = { refunds: 0, refundsOfHeld: 0, captures: 0 };
    fc.assert(
      fc.property(paymentOrder, approved, (order, all) => {
        for (const { state } of walk(order, all)) {
          const { payment } = state;
          const sums = amountsOf(payment);
          for (const each of Object.values(sums)) expect(each.currency).toBe(order.amount.currency);
          const [held, taken, given, taking, giving] = [
            sums.authorized.minorUnits,
            sums.captured.minorUnits,
            sums.refunded.minorUnits,
            sums.reserved.minorUnits,
            sums.refunding.minorUnits,
          ];
          expect(given >= 0n && giving >= 0n && taking >= 0n && taken >= 0n).toBe(true);
          expect(given + giving <= taken && taken + taking <= held).toBe(true);
          expect(held <= order.amount.minorUnits).toBe(true);
          if (payment.status !== 'authorized') expect(taking).toBe(0n);
          if (taking > 0n) seen.captures += 1;
          if (giving > 0n) seen[payment.status === 'authorized' ? 'refundsOfHeld' : 'refunds'] += 1;
        }
      }),
      trying(1_500),
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  });

  it('takes and gives back what its completed modifications say, and holds what is under way', () => {
    fc.assert(
      fc.property(paymentOrder, approved, (order, all) => {
        for (const { state, completed } of walk(order, all)) {
          const { payment, underWay } = state;
          const { captured, refunded, reserved: taking, refunding } = amountsOf(payment);
          const of = (type: Modification['type'], modifications: readonly Modification[]) =>
            modifications.filter((each) => each.type === type);
          if (order.captureMethod === 'manual')
            expect(captured.minorUnits).toBe(sumOf(of('capture', completed)));
          expect(refunded.minorUnits).toBe(sumOf(of('refund', completed)));
          expect(taking.minorUnits).toBe(sumOf(of('capture', underWay)));
          expect(refunding.minorUnits).toBe(sumOf(of('refund', underWay)));
        }
      }),
      trying(400),
    );
  });

  it('never loses captured money: what was captured stays captured', () => {
    fc.assert(
      fc.property(reachable, move, (state, each) => {
        const [was, is] = [amountsOf(state.payment), amountsOf((after(state, each, NOON) ?? state).payment)];
        expect(is.captured.minorUnits >= was.captured.minorUnits).toBe(true);
        expect(is.refunded.minorUnits >= was.refunded.minorUnits).toBe(true);
        expect(is.authorized.minorUnits >= was.authorized.minorUnits).toBe(true);
      }),
      trying(400),
    );
  });

  it('has a final capture or a void under way beside refunds alone', () => {
    fc.assert(
      fc.property(paymentOrder, approved, (order, all) => {
        for (const { state } of walk(order, all)) {
          const closing = state.payment.status === 'authorized' && state.payment.closing;
          expect(state.underWay.some(({ final }) => final)).toBe(closing);
          if (!closing) continue;
          expect(state.underWay.filter(({ type }) => type !== 'refund')).toHaveLength(1);
          for (const request of [capture(1n), capture(1n, true), aVoid])
            expect(refusal(state.payment, request)).toMatchObject({ kind: 'PaymentStateConflict' });
        }
      }),
      trying(300),
    );
  });

  it('is as if a refused one had never been: release undoes what reserve did', () => {
    fc.assert(
      fc.property(reachable, move, (state, each) => {
        fc.pre(each.kind === 'capture' || each.kind === 'refund' || each.kind === 'void');
        const held = after(state, each, NOON);
        fc.pre(held !== undefined);
        const modification = held?.underWay.at(-1) as Modification;
        const free = release((held as Moving).payment, modification, NOON);
        const { version, updatedAt } = state.payment;
        expect({ ...free, version, updatedAt }).toEqual(state.payment);
      }),
      trying(300),
    );
  });

  it('knows a modification again from the payment and the transaction it left', () => {
    fc.assert(
      fc.property(reachable, ({ payment, underWay }) => {
        for (const modification of underWay)
          expect(modificationOf(payment, modification.type, modification.amount)).toEqual(modification);
      }),
      trying(200),
    );
  });

  it('ends alike in whatever order captures and refunds that fit end', () => {
    const parts = fc.array(fc.bigInt({ min: 1n, max: 20n }), { minLength: 1, maxLength: 5 });
    const type = fc.constantFrom('capture' as const, 'refund' as const);
    fc.assert(
      fc.property(type, parts, fc.infiniteStream(fc.nat()), (kind, amounts, picks) => {
        const start: Payment = kind === 'capture' ? authorized() : succeeded();
        const request = kind === 'capture' ? capture : refund;
        let payment: Payment = start;
        let underWay: Modification[] = [];
        for (const amount of amounts) {
          const held = reserved(payment, request(amount));
          payment = held.payment;
          underWay.push(held.modification);
        }
        while (underWay.length > 0) {
          const one = underWay[picks.next().value % underWay.length] as Modification;
          payment = complete(payment, one, NOON + 3);
          underWay = underWay.filter((each) => each !== one);
        }
        const sequential = doneAll(
          start,
          amounts.map((amount) => request(amount)),
        );
        expect(amountsOf(payment)).toEqual(amountsOf(sequential));
        expect(payment.status).toBe(sequential.status);
      }),
      trying(200),
    );
  });
});
