import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findsPan } from '../../../src/domain/kernel/pan.ts';
import { trying } from '../arbitraries.ts';

/** Digits with the check digit that makes them pass. */
function withCheckDigit(digits: string): string {
  const sum = digits
    .split('')
    .reverse()
    .reduce((all, each, place) => {
      const digit = Number(each) * (place % 2 === 0 ? 2 : 1);
      return all + (digit > 9 ? digit - 9 : digit);
    }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));

/** A prefix of a network and a length that it issues. */
const ISSUED = [
  ['4', 16],
  ['4', 19],
  ['51', 16],
  ['2221', 16],
  ['2720', 16],
  ['34', 15],
  ['37', 15],
  ['36', 14],
  ['3528', 16],
  ['3589', 16],
  ['6011', 16],
  ['6011', 19],
  ['65', 16],
  ['62', 16],
  ['62', 19],
  ['6759', 18],
  ['2200', 16],
  ['6521', 16],
  ['506099', 19],
] as const;

const pan = fc
  .constantFrom(...ISSUED)
  .chain(([prefix, length]) =>
    digits(length - 1 - prefix.length).map((rest) => withCheckDigit(`${prefix}${rest}`)),
  );

const SIMPLE_SYSTEMS = Intl.supportedValuesOf('numberingSystem').filter(
  (system) =>
    new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false }).format(10).match(/\p{Nd}/gu)
      ?.length === 2,
);

/** The digits in the writing of a script. */
function inScript(text: string, system: string): string {
  const format = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false });
  return text.replace(/[0-9]/g, (digit) => format.format(Number(digit)));
}

const aroundPan = fc.stringMatching(/^([a-z]{0,8}[ ,.:;!?"'()[\]/]){0,3}$/);

describe('a card number', () => {
  it('is found wherever it stands as a word of its own', () => {
    fc.assert(
      fc.property(aroundPan, pan, aroundPan, (before, number, after) => {
        expect(findsPan(`${before}${number}${after === '' ? '' : `.${after}`}`)).toBe(true);
      }),
      trying(500),
    );
  });

  it('is found with up to three separators or invisible characters between any of its digits', () => {
    const between = fc.array(
      fc.constantFrom(
        ' ',
        '-',
        '.',
        ',',
        '/',
        '_',
        '·',
        '\u2010',
        '\u2013',
        '\u2212',
        '\u00a0',
        '\u200b',
        '\u2060',
        '\ufeff',
        '\u00ad',
        '\u0301',
        '\u3164',
        '\n',
        '\t',
        '😀',
      ),
      { minLength: 0, maxLength: 3 },
    );
    fc.assert(
      fc.property(pan, fc.array(between, { minLength: 18, maxLength: 18 }), (number, gaps) => {
        const text = number
          .split('')
          .map((digit, place) => `${digit}${place === number.length - 1 ? '' : gaps[place]?.join('')}`)
          .join('');
        expect(findsPan(`card: ${text}!`)).toBe(true);
      }),
      trying(500),
    );
  });

  it('is found in the digits of every script', () => {
    expect(SIMPLE_SYSTEMS.length).toBeGreaterThan(50);
    for (const system of SIMPLE_SYSTEMS)
      fc.assert(
        fc.property(pan, (number) => {
          expect(findsPan(`${system}: ${inScript(number, system)}`)).toBe(true);
        }),
        trying(5),
      );
  });

  it.each([
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '4111  1111  1111  1111',
    '4111.1111.1111.1111',
    '4111 - 1111 - 1111 - 1111',
    'card 378282246310005, thanks',
    '3782 822463 10005',
    '４１１１１１１１１１１１１１１１',
    '④①①①①①①①①①①①①①①①',
    '4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣',
    '٤١١١ ١١١١ ١١١١ ١١١١',
    '𝟜𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙𝟙',
    '➃➀➀➀➀➀➀➀➀➀➀➀➀➀➀➀',
    '❹❶❶❶❶❶❶❶❶❶❶❶❶❶❶❶',
    '⓸⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵⓵',
    '፬፩፩፩፩፩፩፩፩፩፩፩፩፩፩፩',
    '➄➄➄➄➄➄➄➄➄➄➄➄➃➃➃➃',
    '❹🄌⓿⓿⓿⓿⓿⓿⓿⓿⓿⓿🄋⓿⓿❷',
    '%B4111111111111111^LOVELACE/ADA^3012',
    ';4111111111111111=3012101123456789?',
    'https://shop.example/4111%201111%201111%201111',
    'https://shop.example/?n=%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31',
    '%D9%A4%D9%A1%D9%A1%D9%A11111%2d1111%2D1111',
    '%ff 4111%E2%80%8B1111%E2%80%8B1111%E2%80%8B1111 %zz',
    '4\u200b111111111111111',
    '12 4111 1111 1111 1111',
    'order12 4111 1111 1111 1111',
    'IMG_4111111111111111.jpg',
    '4242 4242 4242 4242 12/27 123',
    '4242-4242-4242-4242 1227 123',
    '4242 4242 4242 4242 12 27 123',
    '4222222222222',
    '36700102000000',
    '6759649826438453',
    '6205500000000000004',
    '+4111111111111111',
  ])('is found in %j', (text) => {
    expect(findsPan(text)).toBe(true);
  });
});

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
