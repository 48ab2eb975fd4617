import { err, ok, type Result } from 'neverthrow';
import { type CurrencyCode, exponentOf } from './currency.ts';

declare const minted: unique symbol;

/** An exact amount in ISO 4217 minor units, negative allowed (a debit). Only `money` makes one. */
export type Money = Readonly<{ minorUnits: bigint; currency: CurrencyCode; [minted]: true }>;

export type CurrencyMismatch = Readonly<{
  kind: 'CurrencyMismatch';
  left: CurrencyCode;
  right: CurrencyCode;
}>;

export const money = (minorUnits: bigint, currency: CurrencyCode): Money =>
  ({ minorUnits, currency }) as Money;

export const zero = (currency: CurrencyCode): Money => money(0n, currency);

export function add(a: Money, b: Money): Result<Money, CurrencyMismatch> {
  return a.currency === b.currency ? ok(money(a.minorUnits + b.minorUnits, a.currency)) : mismatch(a, b);
}

export function subtract(a: Money, b: Money): Result<Money, CurrencyMismatch> {
  return a.currency === b.currency ? ok(money(a.minorUnits - b.minorUnits, a.currency)) : mismatch(a, b);
}

/** In major units with all their decimal places, such as `19.99`, `1999` (JPY) or `-0.05`; exact, for people to read. */
export function decimalText({ minorUnits, currency }: Money): string {
  const places = exponentOf(currency);
  const digits = `${minorUnits < 0n ? -minorUnits : minorUnits}`.padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const sign = minorUnits < 0n ? '-' : '';
  return places === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-places)}`;
}

export type InvalidWeights = Readonly<{ kind: 'InvalidWeights' }>;

/**
 * Splits in proportion to whole, non-negative weights. Each share is rounded toward zero; what rounding leaves over
 * is stated as `remainder`, so that Σ shares + remainder is the whole, exactly, and the caller says who gets it.
 */
export function allocate(
  whole: Money,
  weights: readonly bigint[],
): Result<Readonly<{ shares: readonly Money[]; remainder: Money }>, InvalidWeights> {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total <= 0n || weights.some((weight) => weight < 0n)) return err({ kind: 'InvalidWeights' });
  const shares = weights.map((weight) => money((whole.minorUnits * weight) / total, whole.currency));
  const given = shares.reduce((sum, share) => sum + share.minorUnits, 0n);
  return ok({ shares, remainder: money(whole.minorUnits - given, whole.currency) });
}

const mismatch = (a: Money, b: Money) =>
  err<never, CurrencyMismatch>({ kind: 'CurrencyMismatch', left: a.currency, right: b.currency });

export type AmountNotPositive = Readonly<{ kind: 'AmountNotPositive' }>;
