import fc from 'fast-check';
import {
  complete,
  type Modification,
  type ModificationRequest,
  release,
  reserve,
} from '../../src/domain/payments/modification.ts';
import type { NextAction } from '../../src/domain/payments/next-action.ts';
import {
  approve,
  cancel,
  fail,
  identify,
  isUndecided,
  openPayment,
  type Payment,
  type PaymentOrder,
  postpone,
  proceed,
  requireAction,
  resume,
} from '../../src/domain/payments/payment.ts';
import type { SettledTransaction, Transaction } from '../../src/domain/payments/transaction.ts';
import { NOON } from '../fixtures/changes.ts';
import { paymentOrder } from './arbitraries.ts';

/**
 * One attempt to move a payment. `share` of its amount in thousandths, beyond 1000 and below 0 included; undefined asks
 * for all that is left. `which` of the modifications under way ends.
 */
export type Move = Readonly<{
  kind:
    | 'identify'
    | 'require_action'
    | 'proceed'
    | 'cancel'
    | 'approve'
    | 'fail'
    | 'postpone'
    | 'resume'
    | 'capture'
    | 'refund'
    | 'void'
    | 'complete'
    | 'release';
  share: number | undefined;
  final: boolean;
  which: number;
}>;

export const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom(
    'identify',
    'require_action',
    'proceed',
    'cancel',
    'approve',
    'fail',
    'postpone',
    'resume',
    'capture',
    'capture',
    'refund',
    'refund',
    'void',
    'complete',
    'complete',
    'complete',
    'release',
  ),
  share: fc.oneof(
    fc.integer({ min: 1, max: 500 }),
    fc.integer({ min: -200, max: 1_200 }),
    fc.constant(undefined),
  ),
  final: fc.boolean(),
  which: fc.nat({ max: 5 }),
});

/** A payment and its modifications that have been set aside and not ended. */
export type Moving = Readonly<{ payment: Payment; underWay: readonly Modification[] }>;

/** What a move makes of a payment; undefined when it is refused, by its result or by its type. */
export function after({ payment, underWay }: Moving, each: Move, now: number): Moving | undefined {
  const next = (moved: Payment): Moving => ({ payment: moved, underWay });
  switch (each.kind) {
    case 'identify':
      return isUndecided(payment) ? next(identify(payment, `ch_${each.which}`, now)) : undefined;
    case 'require_action':
      return isUndecided(payment)
        ? next(requireAction(payment, `ch_${each.which}`, actionOf(each), now))
        : undefined;
    case 'proceed':
      return isUndecided(payment) ? next(proceed(payment, now)) : undefined;
    case 'cancel':
      return isUndecided(payment) ? next(cancel(payment, now)) : undefined;
    case 'approve':
      return isUndecided(payment)
        ? next(approve(payment, now, each.final ? NOON + each.which : undefined))
        : undefined;
    case 'fail':
      return isUndecided(payment) || payment.status === 'pending'
        ? next(fail(payment, { code: 'card_declined', message: 'Do not honor' }, now))
        : undefined;
    case 'postpone':
      return payment.status === 'processing' ? next(postpone(payment, now)) : undefined;
    case 'resume':
      return payment.status === 'pending' ? next(resume(payment, now)) : undefined;
    case 'complete':
    case 'release': {
      const modification = underWay[each.which % Math.max(underWay.length, 1)];
      if (modification === undefined) return undefined;
      const end = each.kind === 'complete' ? complete : release;
      return {
        payment: end(payment, modification, now),
        underWay: underWay.filter((one) => one !== modification),
      };
    }
    case 'capture':
    case 'refund':
    case 'void':
      return reserve(payment, requestOf(payment, each.kind, each), now).match(
        (reserved) => ({ payment: reserved.payment, underWay: [...underWay, reserved.modification] }),
        () => undefined,
      );
  }
}

const actionOf = ({ final, which }: Pick<Move, 'final' | 'which'>): NextAction => ({
  kind: final ? 'redirect' : 'client_secret',
  value: `act-${which}`,
  expiresAt: NOON + which,
});

function requestOf(
  { amount }: Payment,
  type: Modification['type'],
  { share, final }: Pick<Move, 'share' | 'final'>,
): ModificationRequest {
  const wanted = share === undefined ? {} : { amount: (amount.minorUnits * BigInt(share)) / 1_000n };
  switch (type) {
    case 'capture':
      return { type, ...wanted, final };
    case 'refund':
      return { type, ...wanted };
    case 'void':
      return { type };
  }
}

/** A payment of which nothing has been moved yet. */
export const opened = (order: PaymentOrder): Moving => ({
  payment: openPayment(order)._unsafeUnwrap(),
  underWay: [],
});

const PARTLY_CAPTURED: readonly Move[] = (['approve', 'capture', 'complete'] as const).map((kind) => ({
  kind,
  share: 400,
  final: false,
  which: 0,
}));

/** Half of the sequences begin with a partial capture, after which refunds and captures run side by side. */
export const moves = (maxLength: number): fc.Arbitrary<readonly Move[]> =>
  fc
    .tuple(fc.constantFrom<readonly Move[]>([], PARTLY_CAPTURED), fc.array(move, { maxLength }))
    .map(([first, others]) => [...first, ...others]);

/** A payment after any sequence of moves that it allowed. */
export const reachable: fc.Arbitrary<Moving> = fc
  .tuple(paymentOrder, moves(20))
  .map(([order, all]) =>
    all.reduce<Moving>(
      (state, each, step) => after(state, each, order.createdAt + step) ?? state,
      opened(order),
    ),
  );

export const reachablePayment: fc.Arbitrary<Payment> = reachable.map(({ payment }) => payment);

/** A transaction as a store may hold it once the acquirer has paid it out. */
export const settled = (transaction: Transaction, updatedAt: number): SettledTransaction => {
  if (transaction.status !== 'succeeded') throw new Error('only what succeeded is settled');
  return { ...transaction, status: 'settled', version: transaction.version + 1, updatedAt };
};
