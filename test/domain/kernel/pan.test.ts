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

const pan = fc.stringMatching(/^[1-9][0-9]{11,17}$/).map(withCheckDigit);

describe('a card number', () => {
  it('is found wherever it stands in a text', () => {
    fc.assert(
      fc.property(
        pan,
        fc.stringMatching(/^[a-z ,.]{0,10}$/),
        fc.stringMatching(/^[a-z,.]{0,10}$/),
        (digits, a, b) => {
          expect(findsPan(`${a}:${digits}${b}`)).toBe(true);
        },
      ),
      trying(300),
    );
  });

  it.each([
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    'card 378282246310005, thanks',
    '3782 822463 10005',
    '４１１１１１１１１１１１１１１１',
    '12 4111 1111 1111 1111',
  ])('is found in %j', (text) => {
    expect(findsPan(text)).toBe(true);
  });

  it.each([
    '',
    '4111111111111112',
    '411111111111',
    'order 20260301',
    '4111  1111  1111  1111',
    'pay_0198f3c2a1b27c3d9e4f5a6b7c8d9e0f',
    '0198f3c2-a1b2-7c3d-9e4f-5a6b7c8d9e0f',
    '41111111111111111111111',
  ])('is not found in %j', (text) => {
    expect(findsPan(text)).toBe(false);
  });
});
