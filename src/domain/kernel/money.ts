import { err, ok, type Result } from 'neverthrow';
import type { CurrencyCode } from './currency.ts';

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

/** −1, 0 or 1 as `a` is less than, equal to or greater than `b`. */
export function compare(a: Money, b: Money): Result<-1 | 0 | 1, CurrencyMismatch> {
  if (a.currency !== b.currency) return mismatch(a, b);
  if (a.minorUnits === b.minorUnits) return ok(0);
  return ok(a.minorUnits < b.minorUnits ? -1 : 1);
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
