import { z } from '@hono/zod-openapi';
import { MOST_READ } from '../../../application/payments/report-payments.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { INTERVALS } from '../../../domain/kernel/time-buckets.ts';
import {
  type PaymentReport,
  REPORT_GROUPS,
  reportRecord,
  reportRowRecord,
} from '../../../domain/payments/payment-report.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseQuery } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import {
  answerReport,
  type CsvTable,
  FORWARD,
  isForward,
  reportAnswer,
  reportDays,
  reportFormat,
  reportInterval,
  TIME_ZONE_UNKNOWN,
  TOO_MANY_INTERVALS,
} from '../server/report-input.ts';
import { resource } from '../server/route.ts';
import { openList, timezone } from '../server/schemas.ts';
import { PAYMENTS_TAG } from './payment-problems.ts';

const problems = problemTable<FailureOf<UseCases, 'reportPayments'>>({
  TimeZoneUnknown: TIME_ZONE_UNKNOWN,
  TooManyBuckets: TOO_MANY_INTERVALS,
  ReportTooLarge: {
    status: 422,
    code: 'report_too_large',
    title: 'The report would have to read too many payments',
    detail:
      `Reports by hour and by \`payment_method\`, \`decline_code\` or \`processor\` read each payment, those in zones whose days are not those of UTC the payments of the hours by which they are off; ` +
      `and at most ${MOST_READ}. Ask for fewer days, or for days of UTC by \`status\` or \`currency\`, which may have any number.`,
  },
});

/** The query of `GET /reports/payments`, as text. */
const reportQuery = z
  .strictObject({
    ...reportDays,
    interval: reportInterval.openapi({ default: 'day' }),
    timezone: timezone.optional().openapi({ default: 'UTC' }),
    group_by: z
      .enum(REPORT_GROUPS, {
        error: `must be one of ${REPORT_GROUPS.map((each) => `\`${each}\``).join(', ')}`,
      })
      .optional()
      .openapi({
        description:
          'A row for each, beside the currency. `decline_code` is of payments that failed alone; stored methods and tokens are `stored`.',
      }),
    ...reportFormat,
  })
  .refine(isForward, FORWARD);

const count = z.int().min(0);
const sum = z.int().min(0).openapi({ format: 'int64' });
const cost = z.int().nullable().openapi({ format: 'int64' });

const row = z
  .strictObject({
    currency: z.string(),
    group: z
      .string()
      .nullable()
      .openapi({ description: 'Null without `group_by`, and where none is known.' }),
    count: count.openapi({ description: 'Payments made in the interval, as they stand now.' }),
    succeeded_count: count,
    failed_count: count,
    success_rate: z
      .number()
      .min(0)
      .max(1)
      .openapi({ description: 'Succeeded over succeeded and failed; 0 while none is either.' }),
    total_amount: sum.openapi({ description: 'Of all payments, whatever became of them.' }),
    captured_amount: sum.openapi({ description: 'Before refunds.' }),
    refunded_amount: sum.openapi({
      description: 'Whenever it was refunded: of the payments made in the interval.',
    }),
    net_amount: sum.openapi({ description: 'Captured less refunded, before fees and disputes.' }),
    fees_amount: cost.openapi({
      description:
        'Fees that were posted in the interval, of whichever payments, less those given back. This and what follows are null where `source` is `payments`, and by `status`.',
    }),
    disputed_count: count
      .nullable()
      .openapi({ description: 'Chargebacks that were posted in the interval.' }),
    disputed_amount: cost.openapi({ description: 'What they took, less what was won back in the interval.' }),
    proceeds_amount: cost.openapi({ description: 'Net less fees and what was disputed.' }),
  })
  .openapi('PaymentReportRow');

const rows = z
  .array(row)
  .openapi({ description: 'By currency and group, in order; amounts of two currencies are never added.' });

export const paymentReport = z
  .strictObject({
    interval: openList(INTERVALS),
    timezone: z.string(),
    from: z.string(),
    to: z.string(),
    group_by: openList(REPORT_GROUPS).nullable(),
    source: openList(['tallies', 'payments'], 'What was added up: '),
    buckets: z.array(
      z.strictObject({
        date: z.string().openapi({ description: 'The day of the zone in which it begins.' }),
        begin: z.string().openapi({ format: 'date-time' }),
        end: z.string().openapi({ format: 'date-time', description: 'The first moment after it.' }),
        rows,
      }),
    ),
    total: rows,
  })
  .openapi('PaymentReport');

const getReport =
  ({ reportPayments }: Pick<UseCases, 'reportPayments'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(reportQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ format, group_by: groupBy, interval = 'day', timezone = 'UTC', from, to }) =>
        reportPayments({ merchantId, interval, timezone, ...present({ from, to, groupBy }) }).map((report) =>
          answerReport(c, format, { json: () => jsonText(reportRecord(report)), csv: () => tableOf(report) }),
        ),
      )
      .match(
        (response) => response,
        (failure) => problems.refuse(c, failure),
      );

const COLUMNS = [
  'currency',
  'group',
  'count',
  'succeeded_count',
  'failed_count',
  'success_rate',
  'total_amount',
  'captured_amount',
  'refunded_amount',
  'net_amount',
  'fees_amount',
  'disputed_count',
  'disputed_amount',
  'proceeds_amount',
] as const;

/** A line for each row of each interval; an interval without payments or costs has none. */
const tableOf = (report: PaymentReport): CsvTable => ({
  name: `payments-by-${report.order.interval}`,
  columns: ['date', 'begin', 'end', ...COLUMNS],
  rows: report.buckets.flatMap(({ date, begin, end, rows }) =>
    rows
      .map((row) => reportRowRecord(report, row))
      .map((record) => [
        date,
        rfc3339(begin),
        rfc3339(end),
        ...COLUMNS.map((column) => record[column] ?? undefined),
      ]),
  ),
});

export const paymentReports = resource({
  tag: PAYMENTS_TAG,
  problems,
  routes: [
    forTenants('payments', getReport, {
      method: 'get',
      path: '/reports/payments',
      operationId: 'reportPayments',
      summary: 'Payments over time, by status, currency, method, decline or processor',
      description:
        'Every payment counts once, in the interval in which it was made, as it stands now. Days, weeks and months of UTC by `status` or ' +
        '`currency` come from sums that are kept as payments move (`source: tallies`) and cost the same however many payments they have; ' +
        'but for those by `status` they have fees and disputes too, on the day on which they were posted. ' +
        'Of days, weeks and months of other zones the payments of the hours by which the zone is off are read one by one (`source: payments`), of hours and ' +
        'other groups all of them, up to a bound.',
      query: reportQuery,
      responses: { 200: reportAnswer('The report.', paymentReport) },
      refusals: [422],
    }),
  ],
});
