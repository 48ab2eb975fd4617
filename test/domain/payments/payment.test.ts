import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { money, zero } from '../../../src/domain/kernel/money.ts';
import {
  amountsOf,
  approve,
  type CaptureMethod,
  fail,
  openPayment,
  type Processing,
  postpone,
  resume,
} from '../../../src/domain/payments/payment.ts';
import { anOrder, NOON } from '../../fixtures/changes.ts';
import { paymentOrder, trying } from '../arbitraries.ts';
import { after, move, opened, reachable } from '../payment-moves.ts';

const usd = (units: bigint) => money(units, 'USD');

function processing(captureMethod: CaptureMethod = 'automatic', amount = 100n): Processing {
  return openPayment(anOrder({ captureMethod, amount }))._unsafeUnwrap();
}
const authorized = () => approve(processing('manual'), NOON + 1);
const succeeded = () => approve(processing(), NOON + 1);

describe('any sequence of moves', () => {
  it('counts each move that happened and leaves a refused one without a trace', () => {
    fc.assert(
      fc.property(paymentOrder, fc.array(move, { maxLength: 25 }), (order, moves) => {
        let state = opened(order);
        for (const [step, each] of moves.entries()) {
          const before = structuredClone(state);
          const next = after(state, each, NOON + step);
          expect(state).toEqual(before);
          if (next === undefined) continue;
          expect(next.payment.version).toBe(state.payment.version + 1);
          expect(next.payment.updatedAt).toBe(NOON + step);
          state = next;
        }
      }),
      trying(300),
    );
  });

  it('never changes what was ordered', () => {
    fc.assert(
      fc.property(paymentOrder, fc.array(move, { maxLength: 12 }), (order, moves) => {
        const end = moves.reduce((state, each) => after(state, each, NOON) ?? state, opened(order));
        expect(end.payment).toMatchObject(order);
        expect('customerId' in end.payment).toBe('customerId' in order);
      }),
      trying(200),
    );
  });

  it('never leaves failed or canceled', () => {
    fc.assert(
      fc.property(reachable, move, (state, each) => {
        fc.pre(state.payment.status === 'failed' || state.payment.status === 'canceled');
        expect(state.underWay).toEqual([]);
        expect(after(state, each, NOON)).toBeUndefined();
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
      refunding: usd(0n),
    });
  });

  it('holds the whole amount of a manual payment and takes nothing', () => {
    expect(authorized()).toMatchObject({
      status: 'authorized',
      authorized: usd(100n),
      captured: usd(0n),
      reserved: usd(0n),
      closing: false,
    });
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
