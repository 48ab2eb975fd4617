import { type CurrencyCode, exponentOf } from '../../domain/kernel/currency.ts';
import { type Money, money } from '../../domain/kernel/money.ts';

/**
 * Decimals of the integers that Stripe takes for a currency, where they are not those of ISO 4217: whole ariary, and krónur and
 * Ugandan shillings with two decimals that are always zero (docs.stripe.com/currencies).
 */
const DECIMALS: Readonly<Partial<Record<CurrencyCode, number>>> = { ISK: 2, MGA: 0, UGX: 2 };

/** Stripe's largest amount: eight digits. */
const MOST = 99_999_999n;

/**
 * The amount as Stripe counts it; undefined when it cannot be said to Stripe: beyond its eight digits, part of an ariary, or
 * thousandths of a currency with three decimals, whose last digit Stripe wants to be 0.
 */
export function toStripe({ minorUnits, currency }: Money): number | undefined {
  const ours = exponentOf(currency);
  const theirs = DECIMALS[currency] ?? ours;
  const step = 10n ** BigInt(Math.abs(theirs - ours));
  if (theirs < ours && minorUnits % step !== 0n) return undefined;
  const units = theirs < ours ? minorUnits / step : minorUnits * step;
  if (units > MOST || (theirs === 3 && units % 10n !== 0n) || theirs > 3) return undefined;
  return Number(units);
}

/** What an amount of Stripe's is in minor units of ISO 4217; undefined when it is a part of one. */
export function fromStripe(units: number, currency: CurrencyCode): Money | undefined {
  const ours = exponentOf(currency);
  const theirs = DECIMALS[currency] ?? ours;
  const step = 10n ** BigInt(Math.abs(theirs - ours));
  if (theirs <= ours) return money(BigInt(units) * step, currency);
  return BigInt(units) % step === 0n ? money(BigInt(units) / step, currency) : undefined;
}

/** Charged with two decimals, and paid out in whole units. */
const PAID_OUT_WHOLE: ReadonlySet<CurrencyCode> = new Set<CurrencyCode>(['HUF', 'TWD']);

/** The same of money that leaves, which of two currencies goes in whole forints and dollars. */
export function payoutToStripe(amount: Money): number | undefined {
  const units = toStripe(amount);
  return units !== undefined && PAID_OUT_WHOLE.has(amount.currency) && units % 100 !== 0 ? undefined : units;
}
