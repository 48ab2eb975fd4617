import type { CurrencyCode } from '../kernel/currency.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { type Bucket, type BucketOrder, bucketAt } from '../kernel/time-buckets.ts';
import type { Payment } from './payment.ts';
import type { PaymentSum } from './payment-sum.ts';

/** What the payments of a report can be told apart by, beside their currency. */
export const REPORT_GROUPS = ['status', 'currency', 'payment_method', 'decline_code', 'processor'] as const;
export type ReportGroup = (typeof REPORT_GROUPS)[number];

/** Groups that tallies keep apart; those of the others are in the payments alone. */
export const isTallied = (group: ReportGroup | undefined): group is 'status' | 'currency' | undefined =>
  group === undefined || group === 'status' || group === 'currency';

/** Payments of one currency and group, as they stand. Amounts are minor units; `group` is empty without one, or where none is known. */
export type ReportRow = Readonly<{
  currency: CurrencyCode;
  group: string;
  count: number;
  succeeded: number;
  failed: number;
  amount: bigint;
  captured: bigint;
  refunded: bigint;
}>;

export type ReportOrder = BucketOrder & Readonly<{ groupBy?: ReportGroup }>;

/** What was added up: sums that were kept as payments moved, of any size, or the payments one by one. */
export type ReportSource = 'tallies' | 'payments';

export type PaymentReport = Readonly<{
  order: ReportOrder;
  source: ReportSource;
  buckets: readonly (Bucket & Readonly<{ rows: readonly ReportRow[] }>)[];
  total: readonly ReportRow[];
}>;

/** What a sum counts under. */
export const groupOfSum = (by: 'status' | 'currency' | undefined, sum: PaymentSum): string =>
  by === undefined ? '' : sum[by];

/** The same of one payment; undefined where the report leaves it out. Stored methods and tokens count together. */
export function groupOfPayment(by: ReportGroup | undefined, payment: Payment): string | undefined {
  switch (by) {
    case undefined:
      return '';
    case 'status':
      return payment.status;
    case 'currency':
      return payment.amount.currency;
    case 'payment_method':
      return /^(?:pm|tok)_/.test(payment.paymentMethod) ? 'stored' : payment.paymentMethod;
    case 'decline_code':
      return payment.status === 'failed' ? payment.failure.code : undefined;
    case 'processor':
      return payment.route?.processor ?? '';
  }
}

/** Some payments that were made at one time, and what they count under. */
export type ReportPart = Readonly<{ at: Instant; group: string; sum: PaymentSum }>;

/** Rows of what is added bit by bit, in memory that grows with the rows alone; what lies outside of all buckets is passed over. */
export function reportSums(buckets: readonly Bucket[]) {
  const rows = buckets.map(() => new Map<string, ReportRow>());
  const total = new Map<string, ReportRow>();
  return {
    add: ({ at, group, sum }: ReportPart): void => {
      const own = rows[bucketAt(buckets, at)];
      if (own === undefined) return;
      for (const into of [own, total]) addTo(into, group, sum);
    },
    result: (): Pick<PaymentReport, 'buckets' | 'total'> => ({
      buckets: buckets.map((bucket, place) => ({ ...bucket, rows: inOrder(rows[place] ?? new Map()) })),
      total: inOrder(total),
    }),
  };
}

function addTo(rows: Map<string, ReportRow>, group: string, sum: PaymentSum): void {
  const { currency, status, count, amount, captured, refunded } = sum;
  const key = `${currency} ${group}`;
  const row = rows.get(key);
  rows.set(key, {
    currency,
    group,
    count: (row?.count ?? 0) + count,
    succeeded: (row?.succeeded ?? 0) + (status === 'succeeded' ? count : 0),
    failed: (row?.failed ?? 0) + (status === 'failed' ? count : 0),
    amount: (row?.amount ?? 0n) + amount,
    captured: (row?.captured ?? 0n) + captured,
    refunded: (row?.refunded ?? 0n) + refunded,
  });
}

const inOrder = (rows: ReadonlyMap<string, ReportRow>): readonly ReportRow[] =>
  [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);

/** A row under the names it is published with. */
export type ReportRowRecord = Readonly<{
  currency: string;
  group: string | null;
  count: number;
  succeeded_count: number;
  failed_count: number;
  success_rate: number;
  total_amount: Whole;
  captured_amount: Whole;
  refunded_amount: Whole;
  net_amount: Whole;
}>;

export const reportRowRecord = (row: ReportRow): ReportRowRecord => {
  const decided = row.succeeded + row.failed;
  return {
    currency: row.currency,
    group: row.group === '' ? null : row.group,
    count: row.count,
    succeeded_count: row.succeeded,
    failed_count: row.failed,
    success_rate: decided === 0 ? 0 : row.succeeded / decided,
    total_amount: whole(row.amount),
    captured_amount: whole(row.captured),
    refunded_amount: whole(row.refunded),
    net_amount: whole(row.captured - row.refunded),
  };
};

/** The report under the names it is published with. */
export const reportRecord = ({ order, source, buckets, total }: PaymentReport) => ({
  interval: order.interval,
  timezone: order.timezone,
  from: order.from,
  to: order.to,
  group_by: order.groupBy ?? null,
  source,
  buckets: buckets.map(({ date, begin, end, rows }) => ({
    date,
    begin: rfc3339(begin),
    end: rfc3339(end),
    rows: rows.map(reportRowRecord),
  })),
  total: total.map(reportRowRecord),
});
