import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/domain/kernel/day.ts';
import { approve, openPayment, type Payment } from '../../../src/domain/payments/payment.ts';
import { addTallies, type Tally, talliesOf, tallyOf } from '../../../src/domain/payments/tally.ts';
import { anOrder, NOON } from '../../fixtures/changes.ts';
import { paymentOrder, trying } from '../arbitraries.ts';
import { after, move, opened } from '../payment-moves.ts';

const DAY = 86_400_000;

/** One tally for each status, as a store would keep them. */
function addedUp(tallies: readonly Tally[]): ReadonlyMap<string, Tally> {
  const sums = new Map<string, Tally>();
  for (const tally of tallies) {
    const { merchantId, day, currency, status } = tally;
    const key = `${merchantId} ${day} ${currency} ${status}`;
    const before = sums.get(key);
    sums.set(key, before === undefined ? tally : addTallies(before, tally));
  }
  return sums;
}

const isNothing = ({ count, amount, captured, refunded }: Tally): boolean =>
  count === 0 && amount === 0n && captured === 0n && refunded === 0n;

describe('tallies', () => {
  it('of any sequence of moves add up to the payment as it stands, in its state alone', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(paymentOrder, fc.array(move, { maxLength: 30 }), (order, moves) => {
        let state = opened(order);
        const tallies = [...talliesOf(undefined, state.payment)];
        for (const [step, each] of moves.entries()) {
          const next = after(state, each, NOON + step);
          if (next === undefined) continue;
          tallies.push(...talliesOf(state.payment, next.payment));
          state = next;
          const sums = [...addedUp(tallies).values()].filter((sum) => !isNothing(sum));
          expect(sums).toEqual([tallyOf(state.payment)]);
          seen.add(state.payment.status);
        }
      }),
      trying(4_000),
    );
    expect(seen.size).toBe(7);
  });

  it('change nothing while money is only set aside', () => {
    const held: Payment = approve(openPayment(anOrder({ captureMethod: 'manual' }))._unsafeUnwrap(), NOON);
    const moves = [
      { kind: 'capture', share: 100, final: false, which: 0 },
      { kind: 'void', share: 1, final: false, which: 0 },
    ] as const;
    for (const each of moves) {
      const next = after({ payment: held, underWay: [] }, each, NOON);
      expect(next?.underWay).toHaveLength(1);
      expect(talliesOf(held, next?.payment ?? held)).toEqual([]);
    }
  });

  it('are of the day the payment was made, in UTC, whenever it moves', () => {
    const createdAt = Date.UTC(2026, 1, 28, 23, 59, 59, 999);
    const payment = openPayment(anOrder({ createdAt }))._unsafeUnwrap();
    expect(dayOf(createdAt + 1)).toBe('2026-03-01');
    for (const tally of talliesOf(payment, approve(payment, createdAt + 3 * DAY)))
      expect(tally.day).toBe('2026-02-28');
  });
});
