import fc from 'fast-check';

const SURROGATES = { first: 0xd800, after: 0xe000 };
const HOW_MANY_SURROGATES = SURROGATES.after - SURROGATES.first;

/**
 * Any code point but half a pair, as fast-check's own unit `binary` has them: that one makes a map of a million strings in each
 * process, which is a second of a core and 130 MB.
 */
export const anyCodePoint: fc.Arbitrary<string> = fc.nat({ max: 0x10_ffff - HOW_MANY_SURROGATES }).map(
  (each) => String.fromCodePoint(each < SURROGATES.first ? each : each + HOW_MANY_SURROGATES),
  (text) => {
    const point = typeof text === 'string' ? text.codePointAt(0) : undefined;
    if (point === undefined || String.fromCodePoint(point) !== text) throw new Error('not a code point');
    if (point < SURROGATES.first) return point;
    if (point < SURROGATES.after) throw new Error('half a pair');
    return point - HOW_MANY_SURROGATES;
  },
);
