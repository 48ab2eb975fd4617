import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { systemDigests } from '../../src/adapters/system/digests.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { parseId } from '../../src/domain/kernel/ids.ts';
import { trying } from '../domain/arbitraries.ts';
import { NOON, SECRET } from '../fixtures/changes.ts';
import { anyCodePoint } from '../support/any-text.ts';

const OTHER = 'the secret of another installation, long enough';

describe('ids', () => {
  it('are read as ids of their kind', () => {
    expect(parseId('pay', systemIds.payment(NOON))).toBeDefined();
    expect(parseId('txn', systemIds.transaction(NOON))).toBeDefined();
    expect(parseId('evt', systemIds.event(NOON))).toBeDefined();
    expect(parseId('aud', systemIds.auditEntry(NOON))).toBeDefined();
    expect(systemIds.change(NOON)).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });

  it('sort by their instant, whatever the order they were made in', () => {
    const instant = fc.integer({ min: 0, max: 2 ** 47 });
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        fc.pre(a < b);
        const [later, earlier] = [systemIds.payment(b), systemIds.payment(a)];
        expect(earlier < later).toBe(true);
        expect(Number.parseInt(later.slice(4, 16), 16)).toBe(b);
      }),
      trying(500),
    );
  });

  it('made at one instant sort in the order they were made, and never repeat', () => {
    const made = Array.from({ length: 20_000 }, () => systemIds.event(NOON));
    expect(new Set(made).size).toBe(made.length);
    expect(made).toEqual(made.toSorted());
  });

  it('never repeat when two instants take turns', () => {
    const made = Array.from({ length: 20_000 }, (_, n) => systemIds.change(NOON + (n % 2)));
    expect(new Set(made).size).toBe(made.length);
  });
});

describe('digests', () => {
  it('hash as SHA-256 does, in hexadecimal', () => {
    expect(systemDigests(SECRET).sha256('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(systemDigests(OTHER).sha256('ä ☕')).toBe(systemDigests(SECRET).sha256('ä ☕'));
  });

  it('fingerprint alike across restarts, and unlike under another secret', () => {
    const text = '{"amount":1}';
    expect(systemDigests(SECRET).fingerprint(text)).toBe(systemDigests(SECRET).fingerprint(text));
    expect(systemDigests(OTHER).fingerprint(text)).not.toBe(systemDigests(SECRET).fingerprint(text));
    expect(systemDigests(SECRET).fingerprint(text)).not.toBe(systemDigests(SECRET).sha256(text));
    expect(systemDigests(SECRET).fingerprint('{"amount":2}')).not.toBe(
      systemDigests(SECRET).fingerprint(text),
    );
  });
});

describe('a seal', () => {
  const signedTokens = systemSignedTokens(SECRET);
  const text = fc.string({ unit: 'grapheme' });

  it('opens in its own context, and the token is safe in a URL', () => {
    fc.assert(
      fc.property(text, text, (sealed, context) => {
        const token = signedTokens.seal(sealed, context);
        expect(token).toBe(encodeURIComponent(token));
        expect(systemSignedTokens(SECRET).open(token, context)).toBe(sealed);
      }),
      trying(300),
    );
  });

  it('opens in no other context and under no other secret', () => {
    fc.assert(
      fc.property(text, text, text, (sealed, context, other) => {
        fc.pre(context !== other);
        const token = signedTokens.seal(sealed, context);
        expect(signedTokens.open(token, other)).toBeUndefined();
        expect(systemSignedTokens(OTHER).open(token, context)).toBeUndefined();
      }),
      trying(300),
    );
  });

  it('does not open when any character of it was changed', () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.constantFrom('A', 'Q', 'g', '_', '.', '='), (sealed, place, other) => {
        const token = signedTokens.seal(sealed, 'c');
        const index = place % token.length;
        fc.pre(token[index] !== other);
        expect(
          signedTokens.open(token.slice(0, index) + other + token.slice(index + 1), 'c'),
        ).toBeUndefined();
      }),
      trying(500),
    );
  });

  it('has one spelling only: no other last character opens it', () => {
    const token = signedTokens.seal('x', 'c');
    const others = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/='.split('');
    const opening = others.filter((last) => signedTokens.open(token.slice(0, -1) + last, 'c') !== undefined);
    expect(opening).toEqual([token.at(-1)]);
  });

  it('does not open on what was never sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCodePoint }), (token) => {
        expect(signedTokens.open(token, 'c')).toBeUndefined();
      }),
      trying(300),
    );
    for (const token of [
      '',
      '.',
      '..',
      'a.b',
      `${signedTokens.seal('x', 'c')}.`,
      ` ${signedTokens.seal('x', 'c')}`,
    ])
      expect(signedTokens.open(token, 'c')).toBeUndefined();
  });
});

describe('the clock', () => {
  it('gives whole milliseconds of today', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(Number.isSafeInteger(now) && now >= before && now <= Date.now()).toBe(true);
  });
});
