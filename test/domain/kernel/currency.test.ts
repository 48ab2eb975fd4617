import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCEPTED_CURRENCIES,
  exponentOf,
  STORED_CURRENCIES,
  storedCurrency,
} from '../../../src/domain/kernel/currency.ts';
import { currency, trying } from '../arbitraries.ts';

/** Every code that requests were ever taken in: a list that only grows. */
const EVER_ACCEPTED = [
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD',
  'CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP',
  'GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD',
  'KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN',
  'NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP',
  'SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS',
  'VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG',
].flatMap((line) => line.split(' '));

describe('currency', () => {
  it('has the decimal places that ISO 4217 says: two, but for these', () => {
    const others = {
      0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
      3: 'BHD IQD JOD KWD LYD OMR TND',
      4: 'CLF UYW',
    };
    for (const [places, codes] of Object.entries(others)) {
      const found = STORED_CURRENCIES.filter((code) => exponentOf(code) === Number(places));
      expect(found.join(' ')).toBe(codes);
    }
    for (const code of ['USD', 'EUR', 'HUF', 'IDR', 'CHF'] as const) expect(exponentOf(code)).toBe(2);
  });

  it('reads every code, once each, in alphabetic order', () => {
    for (const code of STORED_CURRENCIES) expect(storedCurrency(code)).toBe(code);
    expect(STORED_CURRENCIES).toEqual([...new Set(STORED_CURRENCIES)].sort());
  });

  it('still reads every code that requests were ever taken in, and what ISO 4217 has withdrawn', () => {
    expect(STORED_CURRENCIES).toEqual(expect.arrayContaining(EVER_ACCEPTED));
    for (const code of ACCEPTED_CURRENCIES) expect(EVER_ACCEPTED).toContain(code);
    for (const code of ['ANG', 'BGN', 'HRK'] as const) {
      expect(ACCEPTED_CURRENCIES).not.toContain(code);
      expect(storedCurrency(code)).toBe(code);
    }
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
