import type { z } from 'zod';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import { MOST_REPORTED } from '../../../application/approvals/report-vendor-payments.ts';
import type { VendorId } from '../../../domain/approvals/ids.ts';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Cell } from '../../files/csv.ts';
import { parseQuery } from '../server/list-input.ts';
import { answerReport, reportAnswer } from '../server/report-input.ts';
import { resource } from '../server/route.ts';
import { APPROVALS_TAG, approvalsProblems } from './approvals-problems.ts';
import { type ApproverHandler, forRoles } from './approver-route.ts';
import {
  approverRecord,
  fraudRecord,
  incidentRecord,
  payoutRecord,
  serviceRecord,
  timesRecord,
} from './vendor-report-records.ts';
import {
  approverReport,
  daysQuery,
  fraudReport,
  incidentReport,
  payoutReport,
  payoutsQuery,
} from './vendor-report-schemas.ts';

const { refuse } = approvalsProblems;

type Rows = readonly Readonly<Record<string, string | number | bigint | null>>[];

/** Columns are named by the schema of a row, so a table without rows has them too. */
const tableOf = (name: string, columns: readonly string[], rows: Rows) => ({
  name,
  columns,
  rows: rows.map((row) => columns.map((column): Cell => row[column] ?? undefined)),
});

const columnsOf = (schema: z.ZodObject): readonly string[] => Object.keys(schema.shape);
const PAYOUT_COLUMNS = columnsOf(payoutReport.shape.rows.element);
const INCIDENT_COLUMNS = columnsOf(incidentReport.shape.rows.element);
const APPROVER_COLUMNS = columnsOf(approverReport.shape.rows.element);
const FRAUD_COLUMNS = columnsOf(fraudReport.shape.rows.element);

const getPayouts =
  ({ reportPayouts }: Pick<ApprovalsUseCases, 'reportPayouts'>): ApproverHandler =>
  (c, by) =>
    parseQuery(payoutsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ format, interval = 'month', vendorId, from, to }) =>
        reportPayouts({
          by,
          interval,
          ...present({ from, to, vendorId: vendorId?.toLowerCase() as VendorId | undefined }),
        }).map(({ order, rows }) => {
          const records = rows.map(payoutRecord);
          return answerReport(c, format, {
            json: () => jsonText({ from: order.from, to: order.to, interval, rows: records }),
            csv: () => tableOf('payouts', PAYOUT_COLUMNS, records),
          });
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

type OfDays = 'reportIncidents' | 'reportApprovers' | 'reportFraud';

/** A report of days: `records` are the rows of its CSV, and `beside` what its JSON says more. */
const getOfDays =
  <Name extends OfDays>(
    name: Name,
    columns: readonly string[],
    recordsOf: (report: Report<Name>) => Readonly<{ rows: Rows; beside?: JsonObject }>,
  ) =>
  (useCases: Pick<ApprovalsUseCases, OfDays>): ApproverHandler =>
  (c, by) =>
    parseQuery(daysQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ format, from, to }) =>
        useCases[name]({ by, ...present({ from, to }) }).map((report) => {
          const { rows, beside = {} } = recordsOf(report as Report<Name>);
          return answerReport(c, format, {
            json: () => jsonText({ from: report.order.from, to: report.order.to, rows, ...beside }),
            csv: () => tableOf(name.replace('report', '').toLowerCase(), columns, rows),
          });
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

type Report<Name extends OfDays> =
  Awaited<ReturnType<ApprovalsUseCases[Name]>> extends infer Outcome
    ? Outcome extends Readonly<{ value: infer Value }>
      ? Value
      : never
    : never;

const READS = `Reads the payments that were made in these days (UTC), newest first, and at most ${MOST_REPORTED}.`;

/** What vendors' payments add up to. */
export const vendorPaymentReports = resource({
  tag: APPROVALS_TAG,
  problems: approvalsProblems,
  routes: [
    forRoles('see', getPayouts, {
      method: 'get',
      path: '/approvals/reports/payouts',
      operationId: 'reportPayouts',
      summary: 'Payouts by vendor and period',
      description: `Roles: dispatcher, admin, system; a vendor is given its own. By when the payments were asked for, as they stand. ${READS}`,
      query: payoutsQuery,
      responses: { 200: reportAnswer('The report.', payoutReport) },
      refusals: [422],
    }),
    forRoles(
      'list',
      getOfDays('reportIncidents', INCIDENT_COLUMNS, ({ rows, services }) => ({
        rows: rows.map(incidentRecord),
        beside: { services: services.map(serviceRecord) },
      })),
      {
        method: 'get',
        path: '/approvals/reports/incidents',
        operationId: 'reportIncidents',
        summary: 'What incidents cost, by type of service',
        description: `Roles: dispatcher, admin. The CSV has the rows of incidents. ${READS}`,
        query: daysQuery,
        responses: { 200: reportAnswer('The report.', incidentReport) },
        refusals: [422],
      },
    ),
    forRoles(
      'list',
      getOfDays('reportApprovers', APPROVER_COLUMNS, ({ rows, all }) => ({
        rows: rows.map(approverRecord),
        beside: { all: all === undefined ? null : timesRecord(all) },
      })),
      {
        method: 'get',
        path: '/approvals/reports/approvers',
        operationId: 'reportApprovers',
        summary: 'How long people took to decide',
        description: `Roles: dispatcher, admin. Approvals that stand and rejections; payments to the person that asks are left out. ${READS}`,
        query: daysQuery,
        responses: { 200: reportAnswer('The report.', approverReport) },
        refusals: [422],
      },
    ),
    forRoles(
      'list',
      getOfDays('reportFraud', FRAUD_COLUMNS, ({ rows }) => ({ rows: rows.map(fraudRecord) })),
      {
        method: 'get',
        path: '/approvals/reports/fraud',
        operationId: 'reportFraud',
        summary: 'What became of payments by their risk',
        description: `Roles: dispatcher, admin. Payments to the person that asks are left out. ${READS}`,
        query: daysQuery,
        responses: { 200: reportAnswer('The report.', fraudReport) },
        refusals: [422],
      },
    ),
  ],
});
