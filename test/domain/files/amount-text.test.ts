import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minorUnitsIn } from '../../../src/domain/files/amount-text.ts';
import { type CurrencyCode, exponentOf } from '../../../src/domain/kernel/currency.ts';
import type { AmountForm } from '../../../src/domain/merchants/settlement-mapping.ts';
import { trying } from '../arbitraries.ts';

const DECIMAL: AmountForm = { unit: 'decimal' };
const ENGLISH: AmountForm = { unit: 'decimal', thousands: ',' };
const GERMAN: AmountForm = { unit: 'decimal', decimal: ',', thousands: '.' };
const MINOR: AmountForm = { unit: 'minor' };

describe('the text of an amount', () => {
  it('is read to the last digit, whatever the currency, the form and the size', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n }),
        fc.boolean(),
        fc.constantFrom<CurrencyCode>('JPY', 'USD', 'KWD', 'CLF'),
        fc.constantFrom(DECIMAL, ENGLISH, GERMAN, MINOR),
        (amount, isNegative, currency, form) => {
          const exponent = form.unit === 'minor' ? 0 : exponentOf(currency);
          const digits = `${amount}`.padStart(exponent + 1, '0');
          const major = digits.slice(0, digits.length - exponent);
          const grouped =
            form.thousands === undefined ? major : major.replaceAll(/\B(?=(?:\d{3})+$)/g, form.thousands);
          const minor = exponent === 0 ? '' : `${form.decimal ?? '.'}${digits.slice(-exponent)}`;
          const text = `${isNegative ? '-' : ''}${grouped}${minor}`;
          if (digits.length > 18) return;
          expect(minorUnitsIn(text, currency, form)).toBe(isNegative ? -amount : amount);
        },
      ),
      trying(500),
    );
  });

  it.each<[string, CurrencyCode, AmountForm, bigint]>([
    ['7.5', 'EUR', DECIMAL, 750n],
    ['7', 'EUR', DECIMAL, 700n],
    ['-0.00', 'EUR', DECIMAL, 0n],
    ['1,234.50', 'USD', ENGLISH, 123_450n],
    ['1234.50', 'USD', ENGLISH, 123_450n],
    ['1.234,5', 'EUR', GERMAN, 123_450n],
    ['1 234', 'JPY', { unit: 'decimal', thousands: ' ' }, 1_234n],
    ["1'234'567", 'CHF', { unit: 'minor', thousands: "'" }, 1_234_567n],
  ])('%j is so many minor units of %s in its form', (text, currency, form, amount) => {
    expect(minorUnitsIn(text, currency, form)).toBe(amount);
  });

  it.each<[string, CurrencyCode, AmountForm]>([
    ['1,234.50', 'USD', DECIMAL],
    ['1.234,50', 'USD', DECIMAL],
    ['1.234,50', 'USD', ENGLISH],
    ['1,23', 'USD', ENGLISH],
    ['1,2345', 'USD', ENGLISH],
    [',123', 'USD', ENGLISH],
    ['1,,234', 'USD', ENGLISH],
    ['1234,567', 'USD', ENGLISH],
    ['12.345', 'USD', DECIMAL],
    ['12.0', 'JPY', DECIMAL],
    ['12.', 'USD', DECIMAL],
    ['.50', 'USD', DECIMAL],
    ['1.2.3', 'USD', DECIMAL],
    ['1.50', 'USD', MINOR],
    ['1e3', 'USD', DECIMAL],
    ['+5', 'USD', DECIMAL],
    ['--5', 'USD', DECIMAL],
    ['- 5', 'USD', DECIMAL],
    ['(5.00)', 'USD', DECIMAL],
    ['5.00-', 'USD', DECIMAL],
    [' 5', 'USD', DECIMAL],
    ['', 'USD', DECIMAL],
    ['-', 'USD', DECIMAL],
    ['0x10', 'USD', DECIMAL],
    ['١٢', 'USD', DECIMAL],
    ['NaN', 'USD', DECIMAL],
    ['$5.00', 'USD', DECIMAL],
    ['12345678901234567.00', 'USD', DECIMAL],
  ])('%j is no amount of %s in its form', (text, currency, form) => {
    expect(minorUnitsIn(text, currency, form)).toBeUndefined();
  });
});
