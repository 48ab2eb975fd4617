import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  difference,
  type Json,
  type JsonObject,
  jsonText,
  parseJson,
} from '../../../src/domain/kernel/json.ts';
import { json, trying } from '../arbitraries.ts';

/** The same value with every object's fields in the opposite order. */
function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, field]) => [name, field === undefined ? undefined : reversed(field)]),
  );
}

describe('JSON text', () => {
  it('is read back without losing a digit', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(parseJson(jsonText(value))).toEqual(value);
        expect(parseJson(canonicalJson(value))).toEqual(value);
      }),
      trying(500),
    );
  });

  it('is what any other reader understands', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(() => JSON.parse(jsonText(value)) as unknown).not.toThrow();
      }),
      trying(200),
    );
  });

  it('prints bigints as plain digits, of whatever size', () => {
    expect(jsonText({ small: 1n, large: 9_007_199_254_740_993n, negative: -(10n ** 30n) })).toBe(
      '{"small":1,"large":9007199254740993,"negative":-1000000000000000000000000000000}',
    );
    expect(parseJson('[1,9007199254740991,9007199254740992,-9007199254740993]')).toEqual([
      1,
      9_007_199_254_740_991,
      9_007_199_254_740_992n,
      -9_007_199_254_740_993n,
    ]);
  });

  it('leaves numbers with a fraction or an exponent as they are', () => {
    expect(parseJson('[1.5,1e3,1e400]')).toEqual([1.5, 1_000, Number.POSITIVE_INFINITY]);
  });

  it('leaves absent fields out, wherever they stand', () => {
    expect(jsonText({ a: undefined, b: 1, c: undefined, d: { e: undefined } })).toBe('{"b":1,"d":{}}');
  });
});

describe('canonical JSON', () => {
  it('is one text for one value, in whatever order its fields were written', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
      trying(500),
    );
  });

  it('is another text for another value', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        fc.pre(jsonText(reversed(reversed(a))) !== jsonText(b));
        const same = canonicalJson(a) === canonicalJson(b);
        expect(same).toBe(isEqual(a, b));
      }),
      trying(500),
    );
  });

  it('sorts by UTF-16 code unit and writes no white space', () => {
    expect(canonicalJson({ '\uFB33': 1, '😀': 2, b: [1, { z: null, a: true }], B: 'x' })).toBe(
      '{"B":"x","b":[1,{"a":true,"z":null}],"😀":2,"\uFB33":1}',
    );
  });
});

describe('a difference', () => {
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), json, { noNullPrototype: true });

  it('names exactly the fields that changed, as they were and as they are', () => {
    fc.assert(
      fc.property(fields, fields, (before, after) => {
        const told = difference(before, after);
        for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
          const changed = !isEqual(before[name] ?? null, after[name] ?? null);
          expect(told.before[name]).toEqual(changed ? before[name] : undefined);
          expect(told.after[name]).toEqual(changed ? after[name] : undefined);
        }
      }),
      trying(300),
    );
  });

  it('is empty between a value and itself', () => {
    fc.assert(
      fc.property(fields, (value) => {
        expect(difference(value, reversed(value) as JsonObject)).toEqual({ before: {}, after: {} });
      }),
      trying(100),
    );
  });

  it('keeps amounts apart that a double cannot', () => {
    expect(difference({ amount: 2n ** 53n }, { amount: 2n ** 53n + 1n }).after).toEqual({
      amount: 2n ** 53n + 1n,
    });
  });
});

function isEqual(a: Json, b: Json): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}
