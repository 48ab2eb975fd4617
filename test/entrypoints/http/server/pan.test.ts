import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findsPan } from '../../../../src/domain/kernel/pan.ts';

/** 13 to 19 digits with a right check digit. */
const pan = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 }).map((digits) => {
  const sum = digits.reduceRight(
    (total, digit, index) =>
      total + ((digits.length - index) % 2 === 1 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit),
    0,
  );
  return [...digits, (10 - (sum % 10)) % 10].join('');
});

const letters = fc.stringMatching(/^[g-z ,.]*$/);

describe('card numbers in text', () => {
  it('are found wherever they stand', () => {
    fc.assert(
      fc.property(letters, pan, letters, (before, digits, after) => findsPan(before + digits + after)),
    );
  });

  it('are found in groups of any size, set apart by single spaces or dashes', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 });
    fc.assert(
      fc.property(pan, sizes, fc.constantFrom(' ', '-'), (digits, widths, separator) => {
        const groups: string[] = [];
        for (let at = 0, next = 0; at < digits.length; next++) {
          const width = widths[next % widths.length] ?? 1;
          groups.push(digits.slice(at, at + width));
          at += width;
        }
        return findsPan(`card: ${groups.join(separator)}!`);
      }),
    );
  });

  it('are found before an expiry date and a security code', () => {
    expect(findsPan('4242 4242 4242 4242 12/27 123')).toBe(true);
    expect(findsPan('4242-4242-4242-4242 1227 123')).toBe(true);
    expect(findsPan('4242 4242 4242 4242 12 27 123')).toBe(true);
  });

  it('are found in full-width digits', () => {
    expect(findsPan('４２４２ ４２４２ ４２４２ ４２４２')).toBe(true);
  });

  it('are not seen where a digit is wrong', () => {
    fc.assert(
      fc.property(pan, fc.integer({ min: 1, max: 9 }), (digits, shift) => {
        const last = (Number(digits.at(-1)) + shift) % 10;
        return !findsPan(`${digits.slice(0, -1)}${last}`);
      }),
    );
  });

  it('are not seen in text of fewer than 13 digits', () => {
    fc.assert(fc.property(fc.stringMatching(/^[0-9]{1,12}$/), (digits) => !findsPan(`order ${digits}`)));
  });

  it('are not seen in UUIDs, hashes and ids', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => !findsPan(uuid) && !findsPan(`key-${uuid}`)),
      { numRuns: 2_000 },
    );
    const hash = fc.stringMatching(/^[0-9a-f]{63}$/);
    fc.assert(fc.property(hash, (hex) => !findsPan(`a${hex}`) && !findsPan(`cus_a${hex.slice(0, 31)}`)));
  });

  it('cost time in proportion to the text', () => {
    const started = performance.now();
    for (const text of [
      '1 '.repeat(100_000),
      '1'.repeat(250_000),
      '1-'.repeat(100_000),
      '12345678-'.repeat(20_000),
    ])
      findsPan(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
