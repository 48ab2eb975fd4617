/** An exact number, not below zero: `of` parts, `over` of which make one. Never reduced, so compare by multiplying. */
export type Fraction = Readonly<{ of: bigint; over: bigint }>;

/** A thousand-millionth of a dollar, whole. Prices of single requests are some hundreds of it. */
export type NanoDollars = bigint;

/** In a dollar. */
export const NANOS = 1_000_000_000n;
const MOST_PLACES = 12;
const DECIMAL = /^(\d{1,15})(?:\.(\d{1,12}))?$/;

export const whole = (count: bigint): Fraction => ({ of: count, over: 1n });

export const times = (a: Fraction, b: Fraction): Fraction => ({ of: a.of * b.of, over: a.over * b.over });

export const plus = (a: Fraction, b: Fraction): Fraction =>
  a.over === b.over
    ? { of: a.of + b.of, over: a.over }
    : { of: a.of * b.over + b.of * a.over, over: a.over * b.over };

export const dividedBy = (a: Fraction, divisor: Fraction): Fraction => ({
  of: a.of * divisor.over,
  over: a.over * divisor.of,
});

/** The smallest whole number that is not below it. */
export const roundedUp = ({ of, over }: Fraction): bigint => (of + over - 1n) / over;

/** A decimal text without sign or exponent, such as `5.2`, digit for digit; undefined for any other text. */
export function parseFraction(text: string): Fraction | undefined {
  const [, before, after = ''] = DECIMAL.exec(text) ?? [];
  return before === undefined
    ? undefined
    : { of: BigInt(`${before}${after}`), over: 10n ** BigInt(after.length) };
}

/** The same of a text that stands in the source. */
export function fraction(text: string): Fraction {
  const parsed = parseFraction(text);
  if (parsed === undefined) throw new RangeError(`${text} is no decimal`);
  return parsed;
}

/** What so much costs at so many dollars each, rounded once to a whole nano-dollar, half up. */
export function costOf(price: Fraction, quantity: Fraction): NanoDollars {
  const exact = times(times(price, quantity), whole(NANOS));
  return (2n * exact.of + exact.over) / (2n * exact.over);
}

/** Dollars, rounded to so many places, half up: the number whose decimal digits are these, of which a double keeps fifteen. */
export function dollars(cost: NanoDollars, places = 9): number {
  return number({ of: cost, over: NANOS }, places);
}

/** A number whose digits are those of the fraction, rounded half up to so many places. */
export function number({ of, over }: Fraction, places = MOST_PLACES): number {
  const scale = 10n ** BigInt(places);
  const sign = of < 0n ? -1n : 1n;
  const scaled = (2n * sign * of * scale + over) / (2n * over);
  const digits = `${scaled}`.padStart(places + 1, '0');
  const cut = digits.length - places;
  return Number(sign) * Number(`${digits.slice(0, cut)}.${digits.slice(cut)}`);
}
