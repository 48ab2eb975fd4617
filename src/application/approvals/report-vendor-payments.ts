import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import { type Approver, permitted, type RoleNotAllowed, seesAll } from '../../domain/approvals/approver.ts';
import type { VendorId, VendorPaymentId } from '../../domain/approvals/ids.ts';
import { isParty } from '../../domain/approvals/maker-checker.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import {
  type DaysMade,
  madeIn,
  type VendorPaymentFilter,
} from '../../domain/approvals/vendor-payment-filter.ts';
import {
  approverRows,
  fraudRows,
  incidentRows,
  payoutRows,
  serviceRows,
} from '../../domain/approvals/vendor-payment-reports.ts';
import { UTC_CLOCKS } from '../../domain/kernel/calendar.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Bucket, BucketOrder, Interval } from '../../domain/kernel/time-buckets.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type ReportTooLarge, reportBuckets, type TooManyBuckets } from '../kernel/report-time.ts';

/** What a report of vendors' payments reads at the most. */
export const MOST_REPORTED = 5_000;

export type VendorReportRequest = DaysMade & Readonly<{ by: Approver }>;
export type VendorReportFailure = RoleNotAllowed | TooManyBuckets | ReportTooLarge | StorageUnavailable;

/** A report, and of which days. */
type Reported<Report> = ResultAsync<Readonly<{ order: BucketOrder }> & Report, VendorReportFailure>;

/** Payouts by vendor and interval; a vendor's are its own, whatever it asks for. */
export type ReportPayouts = (
  request: VendorReportRequest & Readonly<{ interval: Interval; vendorId?: VendorId }>,
) => Reported<Readonly<{ rows: ReturnType<typeof payoutRows> }>>;
/** What incidents cost, and their types of service. */
export type ReportIncidents = (
  request: VendorReportRequest,
) => Reported<Readonly<{ rows: ReturnType<typeof incidentRows>; services: ReturnType<typeof serviceRows> }>>;
/** How long people took to decide. Payments to the person that asks are left out. */
export type ReportApprovers = (request: VendorReportRequest) => Reported<ReturnType<typeof approverRows>>;
/** What became of payments by their risk. Payments to the person that asks are left out. */
export type ReportFraud = (
  request: VendorReportRequest,
) => Reported<Readonly<{ rows: ReturnType<typeof fraudRows> }>>;

type ReportPorts = Readonly<{ vendorPayments: VendorPayments; clock: Clock }>;

/**
 * All four read the payments that were made in the days, newest first, a hundred at a time, by the order of their ids, or of the vendor's
 * alone: as much as a list of the same time does, and at most 5 000. Beyond it nothing is answered.
 */
export const reportPayouts =
  (ports: ReportPorts): ReportPayouts =>
  ({ by, interval, vendorId, ...days }) =>
    permitted(by, 'see').asyncAndThen(() => {
      const own = seesAll(by) ? vendorId : by.vendorId;
      const isNone = !seesAll(by) && (own === undefined || (vendorId !== undefined && vendorId !== own));
      return reported(ports, {
        ...days,
        interval,
        filter: isNone ? undefined : present({ vendorId: own }),
      }).map(({ order, buckets, payments }) => ({ order, rows: payoutRows(buckets, payments) }));
    });

export const reportIncidents =
  (ports: ReportPorts): ReportIncidents =>
  ({ by, ...days }) =>
    permitted(by, 'list')
      .asyncAndThen(() => reported(ports, { ...days, interval: 'month', filter: {} }))
      .map(({ order, payments }) => {
        const rows = incidentRows(payments);
        return { order, rows, services: serviceRows(rows) };
      });

export const reportApprovers =
  (ports: ReportPorts): ReportApprovers =>
  ({ by, ...days }) =>
    permitted(by, 'list')
      .asyncAndThen(() => reported(ports, { ...days, interval: 'month', filter: {} }))
      .map(({ order, payments }) => ({ order, ...approverRows(ofOthers(payments, by)) }));

export const reportFraud =
  (ports: ReportPorts): ReportFraud =>
  ({ by, ...days }) =>
    permitted(by, 'list')
      .asyncAndThen(() => reported(ports, { ...days, interval: 'month', filter: {} }))
      .map(({ order, payments }) => ({ order, rows: fraudRows(ofOthers(payments, by)) }));

const ofOthers = (payments: readonly VendorPayment[], by: Approver): readonly VendorPayment[] =>
  payments.filter((payment) => !isParty(payment, by));

type Asked = DaysMade &
  Readonly<{
    interval: Interval;
    /** Absent where nothing may be seen. */
    filter: VendorPaymentFilter | undefined;
  }>;

type Found = Readonly<{
  order: BucketOrder;
  buckets: readonly Bucket[];
  payments: readonly VendorPayment[];
}>;

const PAGE = 100;

const reported = (
  { vendorPayments, clock }: ReportPorts,
  { filter, ...asked }: Asked,
): ResultAsync<Found, TooManyBuckets | ReportTooLarge | StorageUnavailable> =>
  safeTry(async function* () {
    const { order, buckets } = yield* reportBuckets(UTC_CLOCKS, clock.now(), { ...asked, timezone: 'UTC' });
    const payments: VendorPayment[] = [];
    if (filter === undefined) return ok({ order, buckets, payments });
    const ofDays = { ...filter, ...madeIn(order) };
    for (let after: VendorPaymentId | undefined; ; ) {
      const page: readonly VendorPayment[] = yield* vendorPayments.list(ofDays, {
        order: 'newest',
        limit: PAGE,
        ...present({ after }),
      });
      payments.push(...page);
      if (payments.length > MOST_REPORTED) return err({ kind: 'ReportTooLarge' as const });
      if (page.length < PAGE) return ok({ order, buckets, payments });
      after = page.at(-1)?.id;
    }
  });
