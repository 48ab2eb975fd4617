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
import { type ChargeRoute, type PaymentOrder } from '../../src/domain/payments/payment.ts';
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
