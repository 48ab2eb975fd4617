import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findsPan } from '../../../src/domain/kernel/pan.ts';
import { pan } from '../../fixtures/card-numbers.ts';
import { trying } from '../arbitraries.ts';

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
