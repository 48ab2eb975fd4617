import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact, printExact } from '../../console/src/api/exact-json.ts';
import { decimal, exponentOf, money, parseDecimal } from '../../console/src/parts/money.ts';
import { STORED_CURRENCIES, exponentOf as storedExponentOf } from '../../src/domain/kernel/currency.ts';

const currency = fc.constantFrom(...STORED_CURRENCIES);

describe('money in the console', () => {
  it('has the exponent of every currency that the API has', () => {
    const here = STORED_CURRENCIES.map((code) => [code, exponentOf(code)]);
    expect(here).toEqual(STORED_CURRENCIES.map((code) => [code, storedExponentOf(code)]));
  });

  it.each([
    [1999, 'USD', '19.99 USD'],
    [5, 'EUR', '0.05 EUR'],
    [1234567, 'JPY', '1,234,567 JPY'],
    [1234567, 'KWD', '1,234.567 KWD'],
    [-250, 'USD', '−2.50 USD'],
    [12345678901234567890n, 'USD', '123,456,789,012,345,678.90 USD'],
  ] as const)('writes %s of %s as %s', (minor, code, written) => {
    expect(money(minor, code)).toBe(written);
  });

  it('reads what it writes, to the last unit', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 14n), currency, fc.boolean(), (minor, code, grouped) => {
        expect(parseDecimal(decimal(minor, code, grouped), code)).toBe(minor);
      }),
    );
  });

  it.each(['', '1.999', '1,99', '1.234,50', '-1', '1e3', '١٢', '12 USD', '.5', '0x10'])(
    'takes %j for no amount',
    (text) => {
      expect(parseDecimal(text, 'USD')).toBeUndefined();
    },
  );

  it('keeps whole numbers of answers whole, also beyond 2^53', () => {
    const text = '{"sum":9007199254740993,"rate":0.25,"small":-7,"large":[-123456789012345678901]}';
    const read = parseExact(text);
    expect(read).toEqual({
      sum: 9007199254740993n,
      rate: 0.25,
      small: -7,
      large: [-123456789012345678901n],
    });
    expect(parseExact(printExact(read))).toEqual(read);
  });
});
