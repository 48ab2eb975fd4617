import { err, ok, type Result } from 'neverthrow';
import { type AmountsByCurrency, type CurrencyCode, LIMIT_CURRENCY } from '../kernel/currency.ts';
import { type Whole, whole } from '../kernel/json.ts';
import type { Money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';

/**
 * 0 sets no limit. `maxPaymentAmount` is in minor units of `LIMIT_CURRENCY`, `maxPaymentAmounts` has the other currencies.
 * Without it, `maxPaymentAmount` was set before limits had a currency: it is in minor units of whatever currency a payment has.
 */
export type RateLimits = Readonly<{
  paymentsPerMinute: number;
  paymentsPerDay: number;
  maxPaymentAmount: bigint;
  maxPaymentAmounts?: AmountsByCurrency;
}>;

/** Limits that are not named stay. Of `maxPaymentAmounts`, null takes a currency's limit away. */
export type RateLimitsChange = Partial<Omit<RateLimits, 'maxPaymentAmounts'>> &
  Readonly<{ maxPaymentAmounts?: Readonly<{ [currency in CurrencyCode]?: bigint | null }> }>;

/** Without a `limit`: the merchant has limits, and none in this currency. */
export type AmountOverLimit = Readonly<{ kind: 'AmountOverLimit'; limit?: bigint; currency: CurrencyCode }>;

/**
 * The amount, if the merchant takes as much in one payment. No currency is converted: a merchant that has a limit in some
 * currency takes payments in those only that it has one in, and in `LIMIT_CURRENCY`.
 */
export function withinLimit(
  { rateLimits }: Readonly<{ rateLimits: RateLimits }>,
  amount: Money,
): Result<Money, AmountOverLimit> {
  const { currency } = amount;
  const limit = limitIn(rateLimits, currency);
  if (limit === 0n || (limit !== undefined && amount.minorUnits <= limit)) return ok(amount);
  return err({ kind: 'AmountOverLimit', currency, ...present({ limit }) });
}

function limitIn(
  { maxPaymentAmount, maxPaymentAmounts }: RateLimits,
  currency: CurrencyCode,
): bigint | undefined {
  if (maxPaymentAmounts === undefined || currency === LIMIT_CURRENCY) return maxPaymentAmount;
  const isLimited = maxPaymentAmount > 0n || Object.values(maxPaymentAmounts).some((limit) => limit > 0n);
  return isLimited ? maxPaymentAmounts[currency] : 0n;
}

/** Naming any limit of an amount says what currency each of them has, also of those that were set before. */
export function changeLimits(
  before: RateLimits,
  { maxPaymentAmounts: change, ...named }: RateLimitsChange,
): RateLimits {
  if (change === undefined && named.maxPaymentAmount === undefined) return { ...before, ...named };
  const { maxPaymentAmounts, ...others } = before;
  const limits = { ...others, ...named };
  const merged = Object.entries({ ...maxPaymentAmounts, ...change });
  const amounts = merged
    .flatMap(([currency, limit]) => (limit === null ? [] : [[currency, limit] as const]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  // Where nothing is limited nothing is said, and the record is as earlier versions write it.
  return limits.maxPaymentAmount === 0n && amounts.length === 0
    ? limits
    : { ...limits, maxPaymentAmounts: Object.fromEntries(amounts) };
}

/** Limits flat, under the names they are published with. */
export type PublishedRateLimits = Readonly<{
  payments_per_minute: number;
  payments_per_day: number;
  max_payment_amount: Whole;
  /** Absent: there is no limit of an amount, or it was set before limits had a currency. */
  max_payment_amounts?: Readonly<{ [currency: string]: Whole }>;
}>;

export const publishedLimits = (limits: RateLimits): PublishedRateLimits => ({
  payments_per_minute: limits.paymentsPerMinute,
  payments_per_day: limits.paymentsPerDay,
  max_payment_amount: whole(limits.maxPaymentAmount),
  ...(limits.maxPaymentAmounts === undefined
    ? {}
    : { max_payment_amounts: eachAmount(limits.maxPaymentAmounts, whole) }),
});

/** Reads what `publishedLimits` wrote, in this version or before. */
export const restoreLimits = (limits: PublishedRateLimits): RateLimits => ({
  paymentsPerMinute: limits.payments_per_minute,
  paymentsPerDay: limits.payments_per_day,
  maxPaymentAmount: BigInt(limits.max_payment_amount),
  ...(limits.max_payment_amounts === undefined
    ? {}
    : { maxPaymentAmounts: eachAmount(limits.max_payment_amounts, BigInt) }),
});

/** The amounts of each currency, each made of another. */
export const eachAmount = <From, To>(
  limits: Readonly<{ [currency: string]: From }>,
  to: (limit: From) => To,
): Readonly<{ [currency: string]: To }> =>
  Object.fromEntries(Object.entries(limits).map(([currency, limit]) => [currency, to(limit)]));
