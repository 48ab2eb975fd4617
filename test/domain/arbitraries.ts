import fc from 'fast-check';
import { CURRENCY_CODES, type CurrencyCode } from '../../src/domain/currency.ts';
import type { CustomerId } from '../../src/domain/ids.ts';
import { idOf } from '../../src/domain/ids.ts';
import type { Json } from '../../src/domain/json.ts';
import { type Money, money } from '../../src/domain/money.ts';
import {
  approve,
  capture,
  fail,
  openPayment,
  type Payment,
  type PaymentOrder,
  postpone,
  refund,
  resume,
  voidPayment,
} from '../../src/domain/payment.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';

const seed = process.env['PAYWRIGHT_TEST_SEED'];

/** A failing property prints its seed; the same seed in PAYWRIGHT_TEST_SEED tries the same values again. */
export const trying = (numRuns: number) => ({
  numRuns,
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});

export const currency: fc.Arbitrary<CurrencyCode> = fc.constantFrom(...CURRENCY_CODES);

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

const text = fc.string({ unit: 'binary', maxLength: 20 });

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

/** One attempt to move a payment; `share` of the amount in thousandths, beyond 1000 and below 0 included. */
export type Move = Readonly<{
  kind: 'approve' | 'fail' | 'postpone' | 'resume' | 'capture' | 'refund' | 'void';
  share: number;
  final: boolean;
  foreign: boolean;
}>;

export const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom(
    'approve',
    'fail',
    'postpone',
    'resume',
    'capture',
    'capture',
    'refund',
    'refund',
    'void',
  ),
  share: fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: -200, max: 1_200 })),
  final: fc.boolean(),
  foreign: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

/** What a move makes of a payment; undefined when it is refused, by its result or by its type. */
export function after(
  payment: Payment,
  { kind, share, final, foreign }: Move,
  now: number,
): Payment | undefined {
  const { minorUnits: whole, currency: own } = payment.amount;
  const other: CurrencyCode = own === 'EUR' ? 'USD' : 'EUR';
  const amount = money((whole * BigInt(share)) / 1_000n, foreign ? other : own);
  switch (kind) {
    case 'approve':
      return payment.status === 'processing' ? approve(payment, now) : undefined;
    case 'fail':
      return payment.status === 'processing' || payment.status === 'pending'
        ? fail(payment, { code: 'card_declined', message: 'Do not honor' }, now)
        : undefined;
    case 'postpone':
      return payment.status === 'processing' ? postpone(payment, now) : undefined;
    case 'resume':
      return payment.status === 'pending' ? resume(payment, now) : undefined;
    case 'capture':
      return capture(payment, amount, { final }, now).unwrapOr(undefined);
    case 'refund':
      return refund(payment, amount, now).unwrapOr(undefined);
    case 'void':
      return voidPayment(payment, now).unwrapOr(undefined);
  }
}

/** A payment after any sequence of moves that it allowed. */
export const reachablePayment: fc.Arbitrary<Payment> = fc
  .tuple(paymentOrder, fc.array(move, { maxLength: 12 }))
  .map(([order, moves]) => {
    const opened: Payment = openPayment(order)._unsafeUnwrap();
    return moves.reduce<Payment>(
      (payment, each, step) => after(payment, each, order.createdAt + step) ?? payment,
      opened,
    );
  });
