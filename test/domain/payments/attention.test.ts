import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { money } from '../../../src/domain/kernel/money.ts';
import {
  type Asked,
  differenceOf,
  isForgotten,
  isSameCause,
  REMEMBERED_MS,
  SEEN_STATES,
  type Seen,
} from '../../../src/domain/payments/attention.ts';
import { NOON } from '../../fixtures/changes.ts';
import { amounts, seen, trying } from '../arbitraries.ts';

const asked: fc.Arbitrary<Asked> = fc
  .record(
    {
      amount: amounts(1).map(([amount]) => amount as Asked['amount']),
      processorId: fc.constantFrom('ch_1', 'ch_2'),
      state: fc.constantFrom('authorized' as const, 'captured' as const),
    },
    { requiredKeys: ['amount'] },
  )
  .map((facts) => facts as Asked);

const VERDICTS: readonly string[] = ['approved', 'declined', 'authorized', 'captured', 'canceled'];

describe('what a processor says, held against what it was asked for', () => {
  it('is a difference exactly when amount, currency, charge or state is another, or it contradicts itself', () => {
    fc.assert(
      fc.property(asked, seen, fc.option(seen, { nil: undefined }), (order, said, earlier) => {
        const { amount, processorId, state } = said;
        const before = earlier !== undefined && VERDICTS.includes(earlier.state) ? earlier.state : undefined;
        const differences = {
          currency_differs: amount !== undefined && amount.currency !== order.amount.currency,
          amount_differs: amount !== undefined && amount.minorUnits !== order.amount.minorUnits,
          charge_differs:
            processorId !== undefined && order.processorId !== undefined && processorId !== order.processorId,
          state_differs:
            (order.state !== undefined &&
              ['authorized', 'captured', 'canceled'].includes(state) &&
              state !== order.state) ||
            (before !== undefined &&
              (!VERDICTS.includes(state) || (before === 'declined') !== (state === 'declined'))),
        };
        const [first] = Object.entries(differences).flatMap(([reason, is]) => (is ? [reason] : []));
        expect(differenceOf(order, said, earlier)).toBe(first);
      }),
      trying(3_000),
    );
  });

  it('is none where the verdict is the one asked for, said once or again', () => {
    fc.assert(
      fc.property(asked, fc.constantFrom('approved' as const, 'declined' as const), (order, state) => {
        const said: Seen = { state, amount: order.amount };
        expect(differenceOf(order, said)).toBeUndefined();
        expect(differenceOf(order, said, said)).toBeUndefined();
      }),
      trying(200),
    );
  });

  it('is judged on every unit and never on the number alone', () => {
    const amount = money(2n ** 62n, 'USD');
    const said = (units: bigint, currency: 'USD' | 'EUR'): Seen => ({
      state: 'approved',
      amount: money(units, currency),
    });
    expect(differenceOf({ amount }, said(2n ** 62n + 1n, 'USD'))).toBe('amount_differs');
    expect(differenceOf({ amount }, said(2n ** 62n, 'EUR'))).toBe('currency_differs');
  });

  it('follows from every state that can be seen', () => {
    const order: Asked = { amount: money(100n, 'USD'), processorId: 'ch_1', state: 'captured' };
    const of = (state: Seen['state']) => differenceOf(order, { state }, { state: 'approved' });
    expect(Object.fromEntries(SEEN_STATES.map((state) => [state, of(state)]))).toEqual({
      approved: undefined,
      declined: 'state_differs',
      authorized: 'state_differs',
      captured: undefined,
      canceled: 'state_differs',
      pending: 'state_differs',
      absent: 'state_differs',
      silent: 'state_differs',
    });
  });
});

describe('a cause for attention', () => {
  it('is the same when the same is seen of the same again, and another when anything in it is', () => {
    const modification = { transactionId: 'txn_1' as never, idempotencyKey: 'k' };
    const cause = {
      reason: 'amount_differs' as const,
      seen: { state: 'approved' as const, amount: money(1n, 'USD'), processorId: 'ch_1' },
      modification,
    };
    expect(isSameCause(cause, structuredClone(cause))).toBe(true);
    const others = [
      { ...cause, reason: 'state_differs' as const },
      { ...cause, seen: { ...cause.seen, state: 'declined' as const } },
      { ...cause, seen: { ...cause.seen, amount: money(2n, 'USD') } },
      { ...cause, seen: { ...cause.seen, amount: money(1n, 'EUR') } },
      { ...cause, seen: { ...cause.seen, processorId: 'ch_2' } },
      { ...cause, modification: { ...modification, transactionId: 'txn_2' as never } },
    ];
    for (const other of others) expect(isSameCause(cause, other)).toBe(false);
  });

  it('is silence from the day on after which processors may have forgotten', () => {
    expect(isForgotten(NOON, NOON + REMEMBERED_MS - 1)).toBe(false);
    expect(isForgotten(NOON, NOON + REMEMBERED_MS)).toBe(true);
  });
});
