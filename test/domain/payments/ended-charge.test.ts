import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { money } from '../../../src/domain/kernel/money.ts';
import type { Seen, SeenState } from '../../../src/domain/payments/attention.ts';
import { contradictionOf, isAtRest } from '../../../src/domain/payments/ended-charge.ts';
import { amountsOf, type Payment } from '../../../src/domain/payments/payment.ts';
import { NOON } from '../../fixtures/changes.ts';
import { seen, trying } from '../arbitraries.ts';
import { reachablePayment } from '../payment-moves.ts';

const ended = reachablePayment.filter(isAtRest);
const HELD: readonly SeenState[] = ['authorized', 'captured'];
/** Later than any authorization of these lapses. */
const LATER = NOON + 1_000;

/** What a processor says of a charge that stands as the payment does. */
function recordOf(payment: Payment): Seen {
  const { authorized, captured } = amountsOf(payment);
  const isReleased = captured.minorUnits < authorized.minorUnits;
  const states = {
    authorized: 'authorized',
    succeeded: isReleased ? 'canceled' : 'captured',
    canceled: authorized.minorUnits > 0n ? 'canceled' : 'declined',
    failed: 'declined',
  } as const;
  const { status, amount, processorId } = payment;
  if (!Object.hasOwn(states, status)) throw new Error(`${status} has not ended`);
  const state = states[status as keyof typeof states];
  return { state, amount, ...(processorId === undefined ? {} : { processorId }) };
}

describe('the record of a processor about a payment that has ended', () => {
  it('contradicts nothing where it says what the payment says, whatever became of it', () => {
    fc.assert(
      fc.property(ended, fc.integer({ min: NOON - 1, max: LATER }), (payment, now) => {
        const said = recordOf(payment);
        expect(contradictionOf(payment, said, now)).toBeUndefined();
        const isApproved = payment.status !== 'failed' && said.state !== 'declined';
        if (isApproved) expect(contradictionOf(payment, { ...said, state: 'approved' }, now)).toBeUndefined();
        if (payment.status === 'succeeded')
          expect(contradictionOf(payment, { ...said, state: 'captured' }, now)).toBeUndefined();
      }),
      trying(3_000),
    );
  });

  it('contradicts one that moved no money exactly where it holds or took some', () => {
    const unmoved = ended.filter(({ status }) => status === 'failed' || status === 'canceled');
    fc.assert(
      fc.property(unmoved, seen, (payment, said) => {
        const isUncharged = amountsOf(payment).authorized.minorUnits === 0n;
        const holds = HELD.includes(said.state) || (said.state === 'approved' && isUncharged);
        expect(contradictionOf(payment, said, NOON)).toBe(holds ? 'state_differs' : undefined);
      }),
      trying(800),
    );
  });

  it('contradicts one that moved money where it says another amount, currency or charge, or that there is none', () => {
    const moved = ended.filter(({ status }) => status === 'authorized' || status === 'succeeded');
    fc.assert(
      fc.property(moved, fc.constantFrom('approved', 'captured', 'authorized' as const), (payment, state) => {
        const { amount } = payment;
        const other = amount.currency === 'EUR' ? 'USD' : 'EUR';
        const known = { ...payment, processorId: 'ch_1' } as typeof payment;
        const difference = (said: Omit<Seen, 'state'>) => contradictionOf(known, { state, ...said }, NOON);
        expect(difference({ amount: money(amount.minorUnits + 1n, amount.currency) })).toBe('amount_differs');
        expect(difference({ amount: money(amount.minorUnits, other) })).toBe('currency_differs');
        expect(difference({ amount, processorId: 'ch_2' })).toBe('charge_differs');
        for (const none of ['declined', 'absent'] as const)
          expect(contradictionOf(known, { state: none }, LATER)).toBe('state_differs');
        for (const open of ['pending', 'silent'] as const)
          expect(contradictionOf(known, { state: open }, LATER)).toBeUndefined();
      }),
      trying(1_000),
    );
  });

  it('contradicts a hold that was taken or released before it lapsed, and none that has lapsed', () => {
    const lapsing = ended.filter(
      (payment) => payment.status === 'authorized' && payment.authorizedUntil !== undefined,
    );
    fc.assert(
      fc.property(lapsing, (payment) => {
        const at = (now: number, state: SeenState) => contradictionOf(payment, { state }, now);
        const { captured } = amountsOf(payment);
        expect([at(NOON - 1, 'canceled'), at(NOON - 1, 'captured')]).toEqual([
          'state_differs',
          'state_differs',
        ]);
        expect(at(LATER, 'canceled')).toBeUndefined();
        expect(at(LATER, 'captured')).toBe(captured.minorUnits > 0n ? undefined : 'state_differs');
      }),
      trying(60),
    );
  });

  it('contradicts what was taken at once where it only holds it, or has released it', () => {
    const taken = ended.filter(
      ({ status, captureMethod }) => status === 'succeeded' && captureMethod === 'automatic',
    );
    fc.assert(
      fc.property(taken, fc.constantFrom('authorized', 'canceled' as const), (payment, state) => {
        expect(contradictionOf(payment, { state }, LATER)).toBe('state_differs');
      }),
      trying(300),
    );
  });
});
