import { money } from '../parts/money.ts';
import type { Exception } from './exception-queries.ts';

/** `12.00 EUR, 3.00 USD`: what is in question, by currency; never added up across them. */
export function inQuestion(exceptions: readonly Exception[]): string {
  const sums = new Map<string, bigint>();
  for (const { amount, currency } of exceptions)
    if (amount !== undefined && currency !== undefined)
      sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount));
  const texts = [...sums.keys()].toSorted().map((currency) => money(sums.get(currency) ?? 0n, currency));
  return texts.join(', ') || 'no amount';
}
