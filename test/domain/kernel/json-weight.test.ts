import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText } from '../../../src/domain/kernel/json.ts';
import { jsonWeight } from '../../../src/domain/kernel/json-weight.ts';
import { trying } from '../arbitraries.ts';

const plain = fc.stringMatching(/^[a-z0-9 ]{0,40}$/);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    plain,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(plain, tie('value')),
  ),
})).value as fc.Arbitrary<never>;

describe('the weight of a value', () => {
  it('is no less than the length of its JSON text', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(jsonWeight(given)).toBeGreaterThanOrEqual(jsonText(given).length);
      }),
      trying(500),
    );
  });

  it('is little more, where the text is long', () => {
    const long = { metadata: { order: 'x'.repeat(10_000) }, lines: ['y'.repeat(10_000)] };
    expect(jsonWeight(long)).toBeLessThan(jsonText(long).length * 1.01);
  });
});
