import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCEPTED_CURRENCIES, type CurrencyCode } from '../../../src/domain/kernel/currency.ts';
import { jsonText, parseJson } from '../../../src/domain/kernel/json.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import {
  changeLimits,
  type PublishedRateLimits,
  publishedLimits,
  type RateLimits,
  type RateLimitsChange,
  restoreLimits,
  withinLimit,
} from '../../../src/domain/merchants/payment-limits.ts';
import { currency, trying } from '../arbitraries.ts';

const NONE: RateLimits = { paymentsPerMinute: 0, paymentsPerDay: 0, maxPaymentAmount: 0n };
const limited = (change: RateLimitsChange, before = NONE) => changeLimits(before, change);

/** What a payment of so much gets, in one word or with the limit. */
const judged = (rateLimits: RateLimits, minorUnits: bigint, code: CurrencyCode) =>
  withinLimit({ rateLimits }, money(minorUnits, code)).match(
    () => 'taken',
    (refused) => refused,
  );
const over = (code: CurrencyCode, limit?: bigint) => ({
  kind: 'AmountOverLimit',
  currency: code,
  ...(limit === undefined ? {} : { limit }),
});

const some = fc.bigInt({ min: 1n, max: 2n ** 62n });
const limit = fc.oneof(fc.constant(0n), some);
const amounts = fc.dictionary(currency.filter((code) => code !== 'USD') as fc.Arbitrary<string>, limit, {
  maxKeys: 4,
  noNullPrototype: true,
}) as fc.Arbitrary<NonNullable<RateLimitsChange['maxPaymentAmounts']>>;
const change: fc.Arbitrary<RateLimitsChange> = fc.record(
  { maxPaymentAmount: limit, maxPaymentAmounts: amounts, paymentsPerDay: fc.nat() },
  { requiredKeys: [] },
);

describe('limits of a payment', () => {
  it('are each in a currency of their own', () => {
    const limits = limited({ maxPaymentAmount: 50_000n, maxPaymentAmounts: { JPY: 7_500_000n, KWD: 0n } });
    expect(judged(limits, 50_000n, 'USD')).toBe('taken');
    expect(judged(limits, 50_001n, 'USD')).toEqual(over('USD', 50_000n));
    expect(judged(limits, 7_500_000n, 'JPY')).toBe('taken');
    expect(judged(limits, 7_500_001n, 'JPY')).toEqual(over('JPY', 7_500_000n));
    expect(judged(limits, 2n ** 62n, 'KWD')).toBe('taken');
  });

  it('take no payment in a currency that has none, once there is any', () => {
    for (const limits of [
      limited({ maxPaymentAmount: 50_000n }),
      limited({ maxPaymentAmounts: { JPY: 1n } }),
    ])
      expect(judged(limits, 1n, 'EUR')).toEqual(over('EUR'));
    expect(judged(limited({ maxPaymentAmounts: { JPY: 1n } }), 2n ** 62n, 'USD')).toBe('taken');
  });

  it('are none while none is above 0', () => {
    for (const limits of [
      NONE,
      limited({ maxPaymentAmount: 0n }),
      limited({ maxPaymentAmounts: { JPY: 0n } }),
    ])
      for (const code of ['USD', 'JPY', 'EUR'] as const)
        expect(judged(limits, 2n ** 70n, code)).toBe('taken');
  });

  it('never take more than is set in a payment’s own currency, nor anything where none is set', () => {
    fc.assert(
      fc.property(change, currency, some, (wanted, code, amount) => {
        const limits = limited(wanted);
        const { maxPaymentAmount: dollars = 0n, maxPaymentAmounts: others = {} } = wanted;
        const isLimited = dollars > 0n || Object.values(others).some((each) => (each ?? 0n) > 0n);
        const own = code === 'USD' ? dollars : others[code];
        const isTaken = !isLimited || own === 0n || (own != null && amount <= own);
        expect(judged(limits, amount, code) === 'taken').toBe(isTaken);
      }),
      trying(1_000),
    );
  });

  it('change one by one, and null takes one away', () => {
    const before = limited({ maxPaymentAmount: 5n, maxPaymentAmounts: { JPY: 7n, EUR: 6n } });
    expect(limited({ maxPaymentAmounts: { JPY: 8n } }, before)).toEqual({
      ...before,
      maxPaymentAmounts: { EUR: 6n, JPY: 8n },
    });
    expect(limited({ maxPaymentAmounts: { JPY: null } }, before)).toEqual({
      ...before,
      maxPaymentAmounts: { EUR: 6n },
    });
    expect(limited({ paymentsPerDay: 3 }, before)).toEqual({ ...before, paymentsPerDay: 3 });
    const none = { maxPaymentAmount: 0n, maxPaymentAmounts: { EUR: null, JPY: null } };
    expect(limited(none, before)).toEqual(NONE);
  });

  it('are read back as they were written, whatever was changed', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        const limits = changes.reduce(changeLimits, NONE);
        const text = jsonText(publishedLimits(limits));
        expect(restoreLimits(parseJson(text) as PublishedRateLimits)).toEqual(limits);
      }),
      trying(300),
    );
  });
});

describe('limits of a payment that an earlier version stored', () => {
  const stored = { payments_per_minute: 0, payments_per_day: 0, max_payment_amount: 1_000 };
  const limits = restoreLimits(stored);

  it('mean what they meant, in minor units of any currency, and are written as they were', () => {
    for (const code of ACCEPTED_CURRENCIES) {
      expect(judged(limits, 1_000n, code)).toBe('taken');
      expect(judged(limits, 1_001n, code)).toEqual(over(code, 1_000n));
    }
    expect(publishedLimits(limits)).toEqual(stored);
    expect(publishedLimits(limited({ paymentsPerDay: 0 }, limits))).toEqual(stored);
  });

  it('have a currency as soon as one of them is set again', () => {
    const same = limited({ maxPaymentAmount: 1_000n }, limits);
    expect(judged(same, 1_000n, 'USD')).toBe('taken');
    expect(judged(same, 1n, 'JPY')).toEqual(over('JPY'));
    const more = limited({ maxPaymentAmounts: { JPY: 150_000n } }, limits);
    expect(judged(more, 1_001n, 'USD')).toEqual(over('USD', 1_000n));
    expect(judged(more, 150_000n, 'JPY')).toBe('taken');
  });

  it('and a record without any are the same to it as to this one', () => {
    for (const wanted of [NONE, limited({ maxPaymentAmount: 0n }), limited({ paymentsPerDay: 5 })])
      expect(publishedLimits(wanted)).not.toHaveProperty('max_payment_amounts');
  });
});
