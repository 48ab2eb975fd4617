import { negative, type Tally } from './tally.ts';

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

/** Whether two lists that `sumUp` gave say the same. */
export const areSameSums = (a: readonly PaymentSum[], b: readonly PaymentSum[]): boolean =>
  a.length === b.length &&
  a.every((sum, place) => {
    const other = b[place];
    return other !== undefined && FIELDS.every((field) => sum[field] === other[field]);
  });

const FIELDS = ['currency', 'status', 'count', 'amount', 'captured', 'refunded'] as const;

/** What sums count beside those of a part of their payments; undefined where the part has what they do not. */
export function sumsBeside(
  sums: readonly PaymentSum[],
  part: readonly PaymentSum[],
): readonly PaymentSum[] | undefined {
  const left = sumUp([...sums, ...part.map(negative)]);
  return left.some(
    ({ count, amount, captured, refunded }) => count < 0 || amount < 0n || captured < 0n || refunded < 0n,
  )
    ? undefined
    : left.filter(({ count }) => count > 0);
}
