import { describe, expect, it } from 'vitest';
import { jsonIn } from '../../../src/entrypoints/cli/json-in.ts';

const refused = (text: string) => jsonIn(text)._unsafeUnwrapErr();

describe('JSON of a file or a setting', () => {
  it('is read as it is written', () => {
    expect(jsonIn('{"a": [1, {"b": null}], "c": "ü"}')._unsafeUnwrap()).toEqual({
      a: [1, { b: null }],
      c: 'ü',
    });
  });

  it('is refused where a body of HTTP would be, by the place', () => {
    expect(refused('{"a": [{"b": 1, "b": 1}]}')).toEqual(['a.0.b: is given twice']);
    expect(refused('{"__proto__": {}}')).toEqual(['__proto__: is not a name that is taken here']);
    expect(refused('{"a": 9007199254740993}')).toEqual(['a: is a number that cannot be held exactly']);
    expect(refused('['.repeat(40) + ']'.repeat(40))).toEqual(['is nested deeper than 32 levels']);
  });

  it('is not where it is no JSON, of which nothing more is said', () => {
    for (const text of ['', 'no JSON', '{"a": 1', '{a: 1}']) expect(refused(text)).toEqual([]);
  });

  it('may have as many names as it will', () => {
    const many = Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`m${n}`, n]));
    expect(jsonIn(JSON.stringify(many))._unsafeUnwrap()).toEqual(many);
  });
});
