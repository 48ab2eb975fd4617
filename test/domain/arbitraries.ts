import fc from 'fast-check';
import { ACCEPTED_CURRENCIES, type CurrencyCode } from '../../src/domain/kernel/currency.ts';
import type { CustomerId } from '../../src/domain/kernel/ids.ts';
import { idOf } from '../../src/domain/kernel/ids.ts';
import type { Json } from '../../src/domain/kernel/json.ts';
import { type Money, money } from '../../src/domain/kernel/money.ts';
import {
  ATTENTION_REASONS,
  type Attention,
  RESOLUTION_OUTCOMES,
  SEEN_STATES,
} from '../../src/domain/payments/attention.ts';
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
  type ChargeRoute,
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
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { anyCodePoint } from '../support/any-text.ts';

const seed = process.env['PAYWRIGHT_TEST_SEED'];

/** A failing property prints its seed; the same seed in PAYWRIGHT_TEST_SEED tries the same values again. */
export const trying = (numRuns: number) => ({
  numRuns,
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});

export const currency: fc.Arbitrary<CurrencyCode> = fc.constantFrom(...ACCEPTED_CURRENCIES);

/** Small, negative, and far beyond what a double holds exactly. */
export const minorUnits: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: -1_000n, max: 1_000n }),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
);

/** So many amounts, all in one currency. */
export const amounts = (count: number): fc.Arbitrary<readonly Money[]> =>
  fc
    .tuple(currency, fc.array(minorUnits, { minLength: count, maxLength: count }))
    .map(([code, units]) => units.map((each) => money(each, code)));

const text = fc.string({ unit: anyCodePoint, maxLength: 20 });

/** Only what survives a trip through JSON as the same value: no −0, no fields that are absent. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    text,
    fc.maxSafeInteger().map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
    fc.bigInt({ min: -(2n ** 200n), max: -(2n ** 53n) }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

const hex32 = fc.stringMatching(/^[0-9a-f]{32}$/);

export const paymentOrder: fc.Arbitrary<PaymentOrder> = fc
  .record(
    {
      id: hex32.map((hex) => idOf('pay', hex)),
      merchantId: fc.constantFrom('a', 'M_1-x').map(aMerchantId),
      idempotencyKey: text,
      amount: fc
        .tuple(
          fc.oneof(fc.bigInt({ min: 1n, max: 100n }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 62n })),
          currency,
        )
        .map(([units, code]) => money(units, code)),
      paymentMethod: fc.constantFrom('card', 'bank_account'),
      captureMethod: fc.constantFrom('automatic' as const, 'manual' as const),
      customerId: hex32.map((hex): CustomerId => idOf('cus', hex)),
      description: text,
      metadata: fc.dictionary(
        text.filter((name) => name !== '__proto__'),
        text,
        { maxKeys: 3, noNullPrototype: true },
      ),
      route: fc.constantFrom<ChargeRoute>({ processor: 'bank' }, { processor: 'bank', account: 'acct_1' }),
      createdAt: fc.integer({ min: 0, max: NOON * 2 }),
    },
    {
      requiredKeys: [
        'id',
        'merchantId',
        'idempotencyKey',
        'amount',
        'paymentMethod',
        'captureMethod',
        'createdAt',
      ],
    },
  )
  .map((order) => order as PaymentOrder);

/** What a processor may say of money, of any amount and currency. */
export const seen = fc
  .record(
    {
      state: fc.constantFrom(...SEEN_STATES),
      amount: amounts(1).map(([amount]) => amount as Money),
      processorId: fc.constantFrom('ch_1', 'ch_2'),
    },
    { requiredKeys: ['state'] },
  )
  .map((facts) => facts as Attention['seen']);

/** Why a payment may need people. */
export const attention: fc.Arbitrary<Attention> = fc
  .record(
    {
      reason: fc.constantFrom(...ATTENTION_REASONS),
      since: fc.integer({ min: 0, max: NOON * 2 }),
      seen,
      modification: fc.record({
        transactionId: hex32.map((hex) => idOf('txn', hex)),
        idempotencyKey: text,
      }),
      proposal: fc.record(
        {
          outcome: fc.constantFrom(...RESOLUTION_OUTCOMES),
          reason: text,
          evidence: text,
          by: fc.record({ id: text, identities: fc.array(text, { maxLength: 3 }) }),
          at: fc.integer({ min: 0, max: NOON * 2 }),
          refusedAt: fc.integer({ min: 0, max: NOON * 2 }),
        },
        { requiredKeys: ['outcome', 'reason', 'by', 'at'] },
      ),
    },
    { requiredKeys: ['reason', 'since', 'seen'] },
  )
  .map((facts) => facts as Attention);

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
