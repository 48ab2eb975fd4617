import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  allocate,
  decimalText,
  type Money,
  money,
  subtract,
  zero,
} from '../../../src/domain/kernel/money.ts';
import { amounts, currency, minorUnits, trying } from '../arbitraries.ts';

const sum = (a: Money, b: Money): Money => add(a, b)._unsafeUnwrap();
const order = (a: Money, b: Money) =>
  Number(subtract(a, b)._unsafeUnwrap().minorUnits > 0n) -
  Number(subtract(a, b)._unsafeUnwrap().minorUnits < 0n);
const three = amounts(3) as fc.Arbitrary<readonly [Money, Money, Money]>;
const two = amounts(2) as fc.Arbitrary<readonly [Money, Money]>;

describe('money', () => {
  it('adds in any grouping and order', () => {
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        expect(sum(sum(a, b), c)).toEqual(sum(a, sum(b, c)));
        expect(sum(a, b)).toEqual(sum(b, a));
      }),
      trying(500),
    );
  });

  it('has zero as the amount that changes nothing', () => {
    fc.assert(
      fc.property(two, ([a]) => {
        expect(sum(a, zero(a.currency))).toEqual(a);
        expect(subtract(a, a)._unsafeUnwrap()).toEqual(zero(a.currency));
      }),
      trying(200),
    );
  });

  it('takes away exactly what was added', () => {
    fc.assert(
      fc.property(two, ([a, b]) => {
        expect(subtract(sum(a, b), b)._unsafeUnwrap()).toEqual(a);
        expect(sum(subtract(a, b)._unsafeUnwrap(), b)).toEqual(a);
      }),
      trying(500),
    );
  });

  it('is in one total order within a currency, which adding keeps', () => {
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        expect(order(a, a)).toBe(0);
        expect(order(a, b) + order(b, a)).toBe(0);
        if (order(a, b) === 0) expect(a).toEqual(b);
        if (order(a, b) <= 0 && order(b, c) <= 0) expect(order(a, c)).toBeLessThanOrEqual(0);
        expect(order(sum(a, c), sum(b, c))).toBe(order(a, b));
        expect(order(a, b)).toBe(a.minorUnits < b.minorUnits ? -1 : a.minorUnits > b.minorUnits ? 1 : 0);
      }),
      trying(500),
    );
  });

  it('refuses to mix currencies, whatever the amounts', () => {
    fc.assert(
      fc.property(minorUnits, minorUnits, currency, currency, (x, y, left, right) => {
        fc.pre(left !== right);
        const [a, b] = [money(x, left), money(y, right)];
        for (const combine of [add, subtract])
          expect(combine(a, b)._unsafeUnwrapErr()).toEqual({ kind: 'CurrencyMismatch', left, right });
      }),
      trying(200),
    );
  });

  it('keeps every unit beyond what a double holds', () => {
    const odd = money(2n ** 53n + 1n, 'USD');
    expect(sum(odd, odd).minorUnits).toBe(18_014_398_509_481_986n);
    expect(order(odd, money(2n ** 53n, 'USD'))).toBe(1);
  });
});

describe('an allocation', () => {
  const weights = fc.array(
    fc.oneof(fc.bigInt({ min: 0n, max: 5n }), fc.bigInt({ min: 0n, max: 2n ** 70n })),
    {
      minLength: 1,
      maxLength: 12,
    },
  );

  it('gives shares that, with the remainder, are the whole, each within a unit of its exact proportion', () => {
    fc.assert(
      fc.property(minorUnits, currency, weights, (units, code, parts) => {
        const total = parts.reduce((all, part) => all + part, 0n);
        fc.pre(total > 0n);
        const whole = money(units, code);
        const { shares, remainder } = allocate(whole, parts)._unsafeUnwrap();
        expect(shares).toHaveLength(parts.length);
        expect(shares.reduce(sum, remainder)).toEqual(whole);
        for (const [index, share] of shares.entries()) {
          expect(share.currency).toBe(code);
          const off = share.minorUnits * total - units * (parts[index] ?? 0n);
          expect(off < 0n ? -off : off).toBeLessThan(total);
        }
      }),
      trying(500),
    );
  });

  it('leaves a remainder smaller than one unit a share, on the side of the whole', () => {
    fc.assert(
      fc.property(minorUnits, weights, (units, parts) => {
        fc.pre(parts.some((part) => part > 0n));
        const { remainder } = allocate(money(units, 'USD'), parts)._unsafeUnwrap();
        const left = units < 0n ? -remainder.minorUnits : remainder.minorUnits;
        expect(left >= 0n && left < BigInt(parts.length)).toBe(true);
      }),
      trying(300),
    );
  });

  it('states the remainder instead of losing it', () => {
    const { shares, remainder } = allocate(money(100n, 'USD'), [1n, 1n, 1n])._unsafeUnwrap();
    expect(shares.map((share) => share.minorUnits)).toEqual([33n, 33n, 33n]);
    expect(remainder).toEqual(money(1n, 'USD'));
  });

  it.each([{ parts: [] }, { parts: [0n, 0n] }, { parts: [-1n, 2n] }, { parts: [5n, -5n] }])(
    'refuses the weights $parts',
    ({ parts }) => {
      expect(allocate(money(100n, 'USD'), parts)._unsafeUnwrapErr()).toEqual({ kind: 'InvalidWeights' });
    },
  );
});

describe('an amount for people', () => {
  it.each([
    [1_999n, 'USD', '19.99'],
    [5n, 'USD', '0.05'],
    [0n, 'EUR', '0.00'],
    [1_999n, 'JPY', '1999'],
    [1_999n, 'KWD', '1.999'],
    [1_999n, 'CLF', '0.1999'],
    [-5n, 'USD', '-0.05'],
    [2n ** 70n, 'USD', '11805916207174113034.24'],
  ] as const)('of %d minor units of %s is %s, exactly', (minorUnits, currency, text) => {
    expect(decimalText(money(minorUnits, currency))).toBe(text);
  });
});
