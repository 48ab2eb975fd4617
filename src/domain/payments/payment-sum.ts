import type { Tally } from './tally.ts';

/** What payments of one currency and status add up to. Sums are minor units. */
export type PaymentSum = Omit<Tally, 'merchantId' | 'day'>;

/** One sum for each currency and status among the parts, ordered by both. */
export function sumUp(parts: Iterable<PaymentSum>): readonly PaymentSum[] {
  const sums = new Map<string, PaymentSum>();
  for (const { currency, status, ...part } of parts) {
    const key = `${currency} ${status}`;
    const sum = sums.get(key);
    sums.set(key, {
      currency,
      status,
      count: part.count + (sum?.count ?? 0),
      amount: part.amount + (sum?.amount ?? 0n),
      captured: part.captured + (sum?.captured ?? 0n),
      refunded: part.refunded + (sum?.refunded ?? 0n),
    });
  }
  return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}
