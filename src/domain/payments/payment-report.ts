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

/** Groups that ledger tallies keep apart too; they know of no payment's status. */
export const hasCosts = (source: ReportSource, group: ReportGroup | undefined): boolean =>
  source === 'tallies' && group !== 'status';

/** What was posted in some time, of whichever payments: fees less those given back, chargebacks, and these less what was won back. */
export type ReportCosts = Readonly<{ fees: bigint; disputes: number; disputed: bigint }>;

/**
 * Payments of one currency and group, as they stand, and the costs that were posted, where they are known. Amounts are minor units;
 * `group` is empty without one, or where none is known.
 */
export type ReportRow = ReportCosts &
  Readonly<{
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

/** Some payments that were made at one time, or costs that were posted then, and what they count under. */
export type ReportPart = Readonly<{ at: Instant; group: string }> &
  Readonly<{ sum: PaymentSum } | { currency: CurrencyCode; costs: ReportCosts }>;

/** Rows of what is added bit by bit, in memory that grows with the rows alone; what lies outside of all buckets is passed over. */
export function reportSums(buckets: readonly Bucket[]) {
  const rows = buckets.map(() => new Map<string, ReportRow>());
  const total = new Map<string, ReportRow>();
  return {
    add: (part: ReportPart): void => {
      const own = rows[bucketAt(buckets, part.at)];
      if (own === undefined) return;
      for (const into of [own, total]) addTo(into, part);
    },
    result: (): Pick<PaymentReport, 'buckets' | 'total'> => ({
      buckets: buckets.map((bucket, place) => ({ ...bucket, rows: inOrder(rows[place] ?? new Map()) })),
      total: inOrder(total),
    }),
  };
}

const NOTHING = {
  count: 0,
  succeeded: 0,
  failed: 0,
  amount: 0n,
  captured: 0n,
  refunded: 0n,
  fees: 0n,
  disputes: 0,
  disputed: 0n,
} as const satisfies Omit<ReportRow, 'currency' | 'group'>;

function addTo(rows: Map<string, ReportRow>, part: ReportPart): void {
  const { group } = part;
  const { currency } = 'sum' in part ? part.sum : part;
  const key = `${currency} ${group}`;
  const row: ReportRow = rows.get(key) ?? { currency, group, ...NOTHING };
  if ('costs' in part) {
    const { fees, disputes, disputed } = part.costs;
    rows.set(key, {
      ...row,
      fees: row.fees + fees,
      disputes: row.disputes + disputes,
      disputed: row.disputed + disputed,
    });
    return;
  }
  const { status, count, amount, captured, refunded } = part.sum;
  rows.set(key, {
    ...row,
    count: row.count + count,
    succeeded: row.succeeded + (status === 'succeeded' ? count : 0),
    failed: row.failed + (status === 'failed' ? count : 0),
    amount: row.amount + amount,
    captured: row.captured + captured,
    refunded: row.refunded + refunded,
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
  fees_amount: Whole | null;
  disputed_count: number | null;
  disputed_amount: Whole | null;
  proceeds_amount: Whole | null;
}>;

/** A row of the report. Costs that are not known are null. */
export const reportRowRecord = (
  { order, source }: Pick<PaymentReport, 'order' | 'source'>,
  row: ReportRow,
): ReportRowRecord => {
  const decided = row.succeeded + row.failed;
  const isWhole = hasCosts(source, order.groupBy);
  const net = row.captured - row.refunded;
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
    net_amount: whole(net),
    fees_amount: isWhole ? whole(row.fees) : null,
    disputed_count: isWhole ? row.disputes : null,
    disputed_amount: isWhole ? whole(row.disputed) : null,
    proceeds_amount: isWhole ? whole(net - row.fees - row.disputed) : null,
  };
};

/** The report under the names it is published with. */
export const reportRecord = (report: PaymentReport) => {
  const { order, source, buckets, total } = report;
  const recordOf = (row: ReportRow) => reportRowRecord(report, row);
  return {
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
      rows: rows.map(recordOf),
    })),
    total: total.map(recordOf),
  };
};
