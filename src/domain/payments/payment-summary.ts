import type { CurrencyCode } from '../kernel/currency.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { PAYMENT_STATUSES, type PaymentStatus } from './payment.ts';
import type { PaymentSum } from './payment-sum.ts';

/** Amounts are minor units of the currency they stand under; none is ever added to another currency's. */
export type CurrencySummary = Readonly<{
  count: number;
  /** Of all payments, whatever became of them. */
  totalAmount: bigint;
  /** What was captured of payments that succeeded, before refunds. */
  succeededAmount: bigint;
  refundedAmount: bigint;
  /** `totalAmount` over `count`, half a minor unit rounded up. */
  averageAmount: bigint;
}>;

export type PaymentSummary = Readonly<{
  totalCount: number;
  byStatus: Readonly<Record<PaymentStatus, number>>;
  byCurrency: ReadonlyMap<CurrencyCode, CurrencySummary>;
  /** Succeeded over succeeded and failed; 0 while none is either. */
  successRate: number;
}>;

export function summaryOf(sums: readonly PaymentSum[]): PaymentSummary {
  const counts = PAYMENT_STATUSES.map((status) => [status, countOf(sums, { status })] as const);
  const byStatus = Object.fromEntries(counts) as Record<PaymentStatus, number>;
  const decided = byStatus.succeeded + byStatus.failed;
  const byCurrency = Map.groupBy(sums, ({ currency }) => currency);
  return {
    totalCount: countOf(sums),
    byStatus,
    byCurrency: new Map([...byCurrency].map(([currency, each]) => [currency, currencySummary(each)])),
    successRate: decided === 0 ? 0 : byStatus.succeeded / decided,
  };
}

const countOf = (sums: readonly PaymentSum[], only?: Pick<PaymentSum, 'status'>): number =>
  sums
    .filter(({ status }) => only === undefined || status === only.status)
    .reduce((total, { count }) => total + count, 0);

function currencySummary(sums: readonly PaymentSum[]): CurrencySummary {
  const count = countOf(sums);
  const total = (of: (sum: PaymentSum) => bigint) => sums.reduce((all, sum) => all + of(sum), 0n);
  const totalAmount = total(({ amount }) => amount);
  return {
    count,
    totalAmount,
    succeededAmount: total(({ status, captured }) => (status === 'succeeded' ? captured : 0n)),
    refundedAmount: total(({ refunded }) => refunded),
    averageAmount: count === 0 ? 0n : (2n * totalAmount + BigInt(count)) / (2n * BigInt(count)),
  };
}

/** A summary under the names it is published with. */
export const summaryRecord = (summary: PaymentSummary) => ({
  total_count: summary.totalCount,
  by_status: summary.byStatus,
  ...currenciesRecord(summary),
  success_rate: summary.successRate,
});

/** What each currency adds up to, likewise. */
export const currenciesRecord = ({ byCurrency }: Pick<PaymentSummary, 'byCurrency'>) => ({
  by_currency: Object.fromEntries(
    [...byCurrency].map(([currency, each]) => [currency, currencyRecord(each)]),
  ),
});

type CurrencyRecord = Readonly<{
  count: number;
  total_amount: Whole;
  succeeded_amount: Whole;
  refunded_amount: Whole;
  average_amount: Whole;
}>;

const currencyRecord = (each: CurrencySummary): CurrencyRecord => ({
  count: each.count,
  total_amount: whole(each.totalAmount),
  succeeded_amount: whole(each.succeededAmount),
  refunded_amount: whole(each.refundedAmount),
  average_amount: whole(each.averageAmount),
});
