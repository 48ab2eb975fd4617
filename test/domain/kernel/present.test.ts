import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText } from '../../../src/domain/kernel/json.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import { trying } from '../arbitraries.ts';

describe('fields that are present', () => {
  it('have no key for what is undefined, and keep null, zero, false and the empty text', () => {
    expect(Object.entries(present({ a: undefined, b: null, c: 0, d: false, e: '', f: undefined }))).toEqual([
      ['b', null],
      ['c', 0],
      ['d', false],
      ['e', ''],
    ]);
  });

  it('keep the order of their keys, so that a text that is hashed stays the same', () => {
    const fields = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.option(fc.string())), {
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(fields, (entries) => {
        const given = Object.fromEntries(entries.map(([name, value]) => [name, value ?? undefined]));
        const kept = Object.fromEntries(entries.filter(([, value]) => value !== null));
        expect(jsonText(present(given) as never)).toBe(jsonText(kept));
      }),
      trying(200),
    );
  });
});
