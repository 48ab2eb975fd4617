import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { money, zero } from '../../src/domain/money.ts';
import {
  amountsOf,
  approve,
  type CaptureMethod,
  capture,
  fail,
  openPayment,
  type Payment,
  type Processing,
  postpone,
  refund,
  resume,
  voidPayment,
} from '../../src/domain/payment.ts';
import { anOrder, NOON } from '../fixtures/changes.ts';
import { after, move, paymentOrder, reachablePayment, trying } from './arbitraries.ts';

const usd = (units: bigint) => money(units, 'USD');
const part = { final: false };

function processing(captureMethod: CaptureMethod = 'automatic', amount = 100n): Processing {
  return openPayment(anOrder({ captureMethod, amount }))._unsafeUnwrap();
}
const authorized = () => approve(processing('manual'), NOON + 1);
const succeeded = () => approve(processing(), NOON + 1);

describe('any sequence of moves', () => {
  it('keeps 0 ≤ refunded ≤ captured ≤ authorized ≤ amount, in one currency', () => {
    fc.assert(
      fc.property(paymentOrder, fc.array(move, { maxLength: 25 }), (order, moves) => {
        let payment: Payment = openPayment(order)._unsafeUnwrap();
        for (const [step, each] of moves.entries()) {
          payment = after(payment, each, NOON + step) ?? payment;
          const amounts = amountsOf(payment);
          const [held, taken, given] = [amounts.authorized, amounts.captured, amounts.refunded];
          expect(0n <= given.minorUnits).toBe(true);
          expect(given.minorUnits <= taken.minorUnits).toBe(true);
          expect(taken.minorUnits <= held.minorUnits).toBe(true);
          expect(held.minorUnits <= payment.amount.minorUnits).toBe(true);
          for (const each of [held, taken, given]) expect(each.currency).toBe(order.amount.currency);
        }
      }),
      trying(400),
    );
  });

  it('counts each move that happened and leaves a refused one without a trace', () => {
    fc.assert(
      fc.property(paymentOrder, fc.array(move, { maxLength: 25 }), (order, moves) => {
        let payment: Payment = openPayment(order)._unsafeUnwrap();
        for (const [step, each] of moves.entries()) {
          const before = structuredClone(payment);
          const next = after(payment, each, NOON + step);
          expect(payment).toEqual(before);
          if (next === undefined) continue;
          expect(next.version).toBe(payment.version + 1);
          expect(next.updatedAt).toBe(NOON + step);
          payment = next;
        }
      }),
      trying(300),
    );
  });

  it('never changes what was ordered', () => {
    fc.assert(
      fc.property(paymentOrder, fc.array(move, { maxLength: 12 }), (order, moves) => {
        const opened: Payment = openPayment(order)._unsafeUnwrap();
        const end = moves.reduce<Payment>((payment, each) => after(payment, each, NOON) ?? payment, opened);
        expect(end).toMatchObject(order);
        expect('customerId' in end).toBe('customerId' in order);
      }),
      trying(200),
    );
  });

  it('never loses captured money: what was captured stays captured', () => {
    fc.assert(
      fc.property(reachablePayment, move, (payment, each) => {
        const next = after(payment, each, NOON) ?? payment;
        const [was, is] = [amountsOf(payment), amountsOf(next)];
        expect(is.captured.minorUnits >= was.captured.minorUnits).toBe(true);
        expect(is.refunded.minorUnits >= was.refunded.minorUnits).toBe(true);
        expect(is.authorized.minorUnits >= was.authorized.minorUnits).toBe(true);
      }),
      trying(500),
    );
  });

  it('never leaves failed or canceled', () => {
    fc.assert(
      fc.property(reachablePayment, move, (payment, each) => {
        fc.pre(payment.status === 'failed' || payment.status === 'canceled');
        expect(after(payment, each, NOON)).toBeUndefined();
      }),
      trying(200),
    );
  });
});

describe('opening a payment', () => {
  it('starts processing, at version 1', () => {
    expect(processing()).toMatchObject({ status: 'processing', version: 1, updatedAt: NOON });
  });

  it.each([0n, -1n, -(2n ** 60n)])('refuses the amount %d', (amount) => {
    expect(openPayment(anOrder({ amount }))._unsafeUnwrapErr()).toEqual({ kind: 'AmountNotPositive' });
  });
});

describe('the outcome', () => {
  it('takes the whole amount of an automatic payment', () => {
    expect(succeeded()).toMatchObject({
      status: 'succeeded',
      authorized: usd(100n),
      captured: usd(100n),
      refunded: usd(0n),
    });
  });

  it('holds the whole amount of a manual payment and takes nothing', () => {
    expect(authorized()).toMatchObject({ status: 'authorized', authorized: usd(100n), captured: usd(0n) });
  });

  it('of a decline keeps its reason and holds nothing', () => {
    const failed = fail(processing(), { code: 'card_declined', message: 'Do not honor' }, NOON + 1);
    expect(failed).toMatchObject({
      status: 'failed',
      failure: { code: 'card_declined', message: 'Do not honor' },
    });
    expect(amountsOf(failed).authorized).toEqual(zero('USD'));
  });

  it('may be postponed and resumed, and may then be anything', () => {
    const again = resume(postpone(processing(), NOON + 1), NOON + 2);
    expect(again).toMatchObject({ status: 'processing', version: 3, updatedAt: NOON + 2 });
    expect(approve(again, NOON + 3).version).toBe(4);
  });
});

describe('a capture', () => {
  it('in parts stays authorized until all is taken', () => {
    const first = capture(authorized(), usd(30n), part, NOON + 2)._unsafeUnwrap();
    expect(first).toMatchObject({ status: 'authorized', captured: usd(30n) });
    const rest = capture(first, usd(70n), part, NOON + 3)._unsafeUnwrap();
    expect(rest).toMatchObject({ status: 'succeeded', captured: usd(100n), refunded: usd(0n) });
  });

  it('that is final releases the rest', () => {
    const final = capture(authorized(), usd(30n), { final: true }, NOON + 2)._unsafeUnwrap();
    expect(final).toMatchObject({ status: 'succeeded', authorized: usd(100n), captured: usd(30n) });
  });

  it('never passes what is still held, and says how much that is', () => {
    const first = capture(authorized(), usd(30n), part, NOON + 2)._unsafeUnwrap();
    expect(capture(first, usd(71n), part, NOON + 3)._unsafeUnwrapErr()).toEqual({
      kind: 'AmountExceedsAuthorized',
      available: usd(70n),
    });
  });

  it('is refused for nothing, for less than nothing and in another currency', () => {
    for (const amount of [usd(0n), usd(-1n)])
      expect(capture(authorized(), amount, part, NOON)._unsafeUnwrapErr().kind).toBe('AmountNotPositive');
    expect(capture(authorized(), money(1n, 'EUR'), part, NOON)._unsafeUnwrapErr().kind).toBe(
      'PaymentCurrencyMismatch',
    );
  });

  it('needs held money', () => {
    const pending = postpone(processing(), NOON);
    for (const payment of [processing(), pending, succeeded()])
      expect(capture(payment, usd(1n), part, NOON)._unsafeUnwrapErr()).toEqual({
        kind: 'PaymentStateConflict',
        status: payment.status,
      });
  });
});

describe('a refund', () => {
  it('gives captured money back, in parts, and never more', () => {
    const first = refund(succeeded(), usd(60n), NOON + 2)._unsafeUnwrap();
    expect(first).toMatchObject({ status: 'succeeded', captured: usd(100n), refunded: usd(60n) });
    expect(refund(first, usd(60n), NOON + 3)._unsafeUnwrapErr()).toEqual({
      kind: 'AmountExceedsCaptured',
      available: usd(40n),
    });
    expect(refund(first, usd(40n), NOON + 3)._unsafeUnwrap().refunded).toEqual(usd(100n));
  });

  it('is about what was captured, not what was authorized', () => {
    const partly = capture(authorized(), usd(30n), { final: true }, NOON + 2)._unsafeUnwrap();
    expect(refund(partly, usd(31n), NOON + 3)._unsafeUnwrapErr()).toEqual({
      kind: 'AmountExceedsCaptured',
      available: usd(30n),
    });
  });

  it('is refused for nothing, in another currency, and before anything was captured', () => {
    expect(refund(succeeded(), usd(0n), NOON)._unsafeUnwrapErr().kind).toBe('AmountNotPositive');
    expect(refund(succeeded(), money(1n, 'EUR'), NOON)._unsafeUnwrapErr().kind).toBe(
      'PaymentCurrencyMismatch',
    );
    expect(refund(authorized(), usd(1n), NOON)._unsafeUnwrapErr().kind).toBe('PaymentStateConflict');
  });
});

describe('a void', () => {
  it('cancels a hold of which nothing was taken', () => {
    expect(voidPayment(authorized(), NOON + 2)._unsafeUnwrap()).toMatchObject({
      status: 'canceled',
      authorized: usd(100n),
      version: 3,
    });
  });

  it('after a partial capture releases the rest and keeps what was taken', () => {
    const first = capture(authorized(), usd(30n), part, NOON + 2)._unsafeUnwrap();
    expect(voidPayment(first, NOON + 3)._unsafeUnwrap()).toMatchObject({
      status: 'succeeded',
      captured: usd(30n),
      refunded: usd(0n),
    });
  });

  it('needs held money', () => {
    for (const payment of [processing(), succeeded()])
      expect(voidPayment(payment, NOON)._unsafeUnwrapErr().kind).toBe('PaymentStateConflict');
  });
});
