import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findsPan } from '../../../src/domain/kernel/pan.ts';
import { digits, pan, withCheckDigit } from '../../fixtures/card-numbers.ts';
import { trying } from '../arbitraries.ts';

describe('what is no card number', () => {
  it('is a number with a digit wrong', () => {
    fc.assert(
      fc.property(pan, fc.integer({ min: 1, max: 9 }), (number, shift) => {
        const last = (Number(number.at(-1)) + shift) % 10;
        expect(findsPan(`${number.slice(0, -1)}${last}`)).toBe(false);
      }),
      trying(300),
    );
  });

  it('is a number inside a longer word', () => {
    fc.assert(
      fc.property(pan, fc.constantFrom('a', 'Z', 'é', 'я', '中'), (number, letter) => {
        expect(findsPan(`${letter}${number}`)).toBe(false);
        expect(findsPan(`${number}${letter}`)).toBe(false);
      }),
      trying(300),
    );
  });

  it('is a number that no issuer numbers begin with', () => {
    fc.assert(
      fc.property(fc.constantFrom('0', '1', '7', '90', '31', '33'), digits(14), (prefix, rest) => {
        expect(findsPan(withCheckDigit(`${prefix}${rest}`))).toBe(false);
      }),
      trying(300),
    );
  });

  it.each([
    ['3527', 16],
    ['3590', 16],
    ['2220', 16],
    ['2721', 16],
    ['306', 14],
    ['6010', 19],
    ['643', 16],
    ['4', 15],
    ['51', 19],
    ['37', 16],
    ['62', 18],
  ] as const)('is a number that begins with %s and has %i digits, as no issuer’s has', (prefix, length) => {
    fc.assert(
      fc.property(digits(length - 1 - prefix.length), (rest) => {
        expect(findsPan(withCheckDigit(`${prefix}${rest}`))).toBe(false);
      }),
      trying(20),
    );
  });

  it('is an IMEI, whose check digit is the same as a card’s', () => {
    const bodies = [
      '01',
      '10',
      '30',
      '33',
      '35',
      '44',
      '45',
      '49',
      '50',
      '51',
      '52',
      '53',
      '54',
      '86',
      '91',
      '98',
      '99',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...bodies), digits(12), (body, rest) => {
        const imei = withCheckDigit(`${body}${rest}`);
        expect(findsPan(imei)).toBe(false);
        expect(
          findsPan(`${imei.slice(0, 2)}-${imei.slice(2, 8)}-${imei.slice(8, 14)}-${imei.slice(14)}`),
        ).toBe(false);
      }),
      trying(500),
    );
  });

  it('is a time in milliseconds or microseconds, alone and as the name of a photo', () => {
    const time = fc.integer({ min: Date.UTC(2001, 8, 10), max: Date.UTC(2039, 0) });
    fc.assert(
      fc.property(time, fc.integer({ min: 0, max: 999 }), (ms, us) => {
        expect(findsPan(String(ms))).toBe(false);
        expect(findsPan(`https://cdn.example/photos/IMG_${ms}.jpg?n=1`)).toBe(false);
        expect(findsPan(`${ms}${String(us).padStart(3, '0')}`)).toBe(false);
      }),
      trying(500),
    );
  });

  it('is a snowflake', () => {
    const epochs = { twitter: 1_288_834_974_657, discord: 1_420_070_400_000 };
    const time = fc.integer({ min: Date.UTC(2022, 7), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(epochs)),
        time,
        fc.bigInt({ min: 0n, max: 2n ** 22n - 1n }),
        (epoch, ms, rest) => {
          expect(findsPan(String((BigInt(ms - epoch) << 22n) | rest))).toBe(false);
        },
      ),
      trying(500),
    );
  });

  it('is a ULID, a UUID, a hash or an id of ours', () => {
    fc.assert(
      fc.property(fc.ulid(), fc.uuid(), fc.stringMatching(/^[0-9a-f]{63}$/), (ulid, uuid, hex) => {
        expect(findsPan(ulid)).toBe(false);
        expect(findsPan(uuid) || findsPan(`key-${uuid}`)).toBe(false);
        expect(findsPan(`a${hex}`) || findsPan(`cus_0a${hex.slice(0, 30)}`)).toBe(false);
      }),
      trying(2_000),
    );
  });

  it('is an IBAN, whatever bank its digits name', () => {
    fc.assert(
      fc.property(digits(18), (account) => {
        const check = 98n - (BigInt(`${account}131400`) % 97n);
        const iban = `DE${String(check).padStart(2, '0')}${account}`;
        const grouped = iban.replace(/(.{4})/g, '$1 ').trim();
        expect(findsPan(iban) || findsPan(grouped) || findsPan(`to ${grouped}, thanks`)).toBe(false);
      }),
      trying(500),
    );
  });

  it('is a place on a map', () => {
    const degrees = (most: number) => fc.integer({ min: -most * 1e6, max: most * 1e6 });
    fc.assert(
      fc.property(degrees(90), degrees(180), fc.constantFrom(', ', ',', ' ', '; '), (lat, long, between) => {
        expect(findsPan(`at ${(lat / 1e6).toFixed(6)}${between}${(long / 1e6).toFixed(6)}`)).toBe(false);
      }),
      trying(500),
    );
  });

  it('is a telephone number of thirteen digits, or an article number', () => {
    fc.assert(
      fc.property(digits(11), (rest) => {
        expect(findsPan(`+49${rest}`)).toBe(false);
        const article = `4${rest}`;
        const sum = Array.from(article).reduce(
          (all, digit, place) => all + Number(digit) * (place % 2 === 0 ? 1 : 3),
          0,
        );
        expect(findsPan(`${article}${(10 - (sum % 10)) % 10}`)).toBe(false);
      }),
      trying(300),
    );
  });

  it.each([
    '',
    '4111111111111112',
    '411111111111',
    'order 20260301',
    '4111    1111    1111    1111',
    'pay_0198f3c2a1b27c3d9e4f5a6b7c8d9e0f',
    '41111111111111111111111',
    '4111 and 1111 1111 1111',
    '2026-03-01 12:00:00.000',
  ])('is %j', (text) => {
    expect(findsPan(text)).toBe(false);
  });
});
