import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURRENCY_CODES, exponentOf, storedCurrency } from '../../../src/domain/kernel/currency.ts';
import { currency, trying } from '../arbitraries.ts';

describe('currency', () => {
  it('has the decimal places that ISO 4217 says: two, but for these', () => {
    const others = {
      0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
      3: 'BHD IQD JOD KWD LYD OMR TND',
      4: 'CLF UYW',
    };
    for (const [places, codes] of Object.entries(others)) {
      const found = CURRENCY_CODES.filter((code) => exponentOf(code) === Number(places));
      expect(found.join(' ')).toBe(codes);
    }
    for (const code of ['USD', 'EUR', 'HUF', 'IDR', 'CHF'] as const) expect(exponentOf(code)).toBe(2);
  });

  it('reads every code it lists, once each, in alphabetic order', () => {
    for (const code of CURRENCY_CODES) expect(storedCurrency(code)).toBe(code);
    expect(CURRENCY_CODES).toEqual([...new Set(CURRENCY_CODES)].sort());
  });

  it.each([
    'usd',
    'Usd',
    'US',
    'USDD',
    ' USD',
    'USD ',
    '',
    'XAU',
    'XXX',
    'XTS',
    '840',
    'toString',
    '__proto__',
  ])('refuses %j instead of guessing', (given) => {
    expect(() => storedCurrency(given)).toThrow('unknown currency');
  });

  it('refuses every spelling but the exact one', () => {
    fc.assert(
      fc.property(currency, fc.nat({ max: 2 }), (code, place) => {
        const bent = code.slice(0, place) + code.charAt(place).toLowerCase() + code.slice(place + 1);
        expect(() => storedCurrency(bent)).toThrow('unknown currency');
      }),
      trying(100),
    );
  });
});
