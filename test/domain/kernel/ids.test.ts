import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idOf, parseId, parseMerchantId } from '../../../src/domain/kernel/ids.ts';
import { trying } from '../arbitraries.ts';

const HEX = '0123456789abcdef0123456789abcdef';

describe('an id', () => {
  it('is read back as it was made, under its own prefix only', () => {
    for (const prefix of ['pay', 'txn', 'cus', 'evt', 'aud'] as const) {
      const id = idOf(prefix, HEX);
      expect(id).toBe(`${prefix}_${HEX}`);
      expect(parseId(prefix, id)).toBe(id);
      expect(parseId(prefix === 'pay' ? 'txn' : 'pay', id)).toBeUndefined();
    }
  });

  it.each([
    '',
    'pay_',
    `pay_${HEX.slice(1)}`,
    `pay_${HEX}0`,
    `pay_${HEX.toUpperCase()}`,
    `pay-${HEX}`,
    `PAY_${HEX}`,
    ` pay_${HEX}`,
    `pay_${HEX}\n`,
    `pay_${HEX.slice(0, 31)}g`,
    `pay_pay_${HEX}`,
  ])('is not %j', (text) => {
    expect(parseId('pay', text)).toBeUndefined();
  });
});

describe('a merchant id', () => {
  it('is the tenant’s own string of 1 to 64 letters, digits, dashes and underscores', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), (text) => {
        expect(parseMerchantId(text)).toBe(text);
      }),
      trying(200),
    );
  });

  it.each(['', 'a'.repeat(65), 'a b', 'a/b', 'a#b', 'ä', 'a\n', '\u0000', 'a.b', '../a'])(
    'is not %j',
    (text) => {
      expect(parseMerchantId(text)).toBeUndefined();
    },
  );
});
