import type { UseCases } from '../../../application/use-cases.ts';
import { type AuditReport, auditReportRecord } from '../../../domain/audit/audit-report.ts';
import { shownEntry, type TrailReader } from '../../../domain/audit/shown-entry.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type Cell, csvLine } from '../../files/csv.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson, answerPage, type HttpContext } from '../server/request-context.ts';
import { answer, fileName, resource } from '../server/route.ts';
import { json, type Tag, text } from '../server/route-description.ts';
import { auditPage, auditQuery, auditReport, auditReportQuery } from './audit-schemas.ts';

const problems = problemTable<FailureOf<UseCases, 'listAudit' | 'makeAuditReport'>>({});
const { refuse } = problems;

const getAudit =
  ({ listAudit }: Pick<UseCases, 'listAudit'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(auditQuery, new URL(c.req.url).searchParams)
      .andThen((query) =>
        periodOf(query).map((range) => {
          const { entity_type: entityType, entity_id: entityId } = query;
          const filter = {
            ...present({ entityType, entityId }),
            ...range,
          };
          return { merchantId, filter, ...pageOf(query) };
        }),
      )
      .asyncAndThen(listAudit)
      .match(
        (page) => answerPage(page, (entry) => shownEntry(entry, readerOf(c))),
        (failure) => refuse(c, failure),
      );

const getAuditReport =
  ({ makeAuditReport }: Pick<UseCases, 'makeAuditReport'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(auditReportQuery, new URL(c.req.url).searchParams)
      .andThen((query) => periodOf(query).map((range) => ({ range, format: query.format ?? 'json' })))
      .asyncAndThen(({ range, format }) =>
        makeAuditReport({ merchantId, ...range, reader: readerOf(c) }).map((report) =>
          format === 'json'
            ? answerJson(200, jsonText(auditReportRecord(report)))
            : new Response(reportCsv(report), { headers: CSV_HEADERS }),
        ),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

const readerOf = (c: HttpContext): TrailReader =>
  c.var.principal.permissions.has('admin') ? 'administrator' : 'merchant';

const CSV_HEADERS = {
  'Content-Type': 'text/csv; charset=utf-8',
  'Content-Disposition': 'attachment; filename="audit-report.csv"',
};

/**
 * One table for the whole report; `section` says what a row is: `total`, `event` and `user` rows have a count, `anomaly`
 * rows the rest.
 */
function reportCsv({
  totalEvents,
  eventsByType,
  userActivity,
  anomalies,
  anomaliesOmitted,
}: AuditReport): string {
  const counts = (section: string, of: ReadonlyMap<string, number>): Cell[][] =>
    [...of].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => [section, name, count]);
  const rows: readonly (readonly Cell[])[] = [
    ['total', 'events', totalEvents],
    ...(anomaliesOmitted === 0 ? [] : [['total', 'anomalies_omitted', anomaliesOmitted]]),
    ...counts('event', eventsByType),
    ...counts('user', userActivity),
    ...anomalies.map(({ type, severity, timestamp, entityId, description }) => [
      'anomaly',
      type,
      undefined,
      severity,
      rfc3339(timestamp),
      entityId,
      description,
    ]),
  ];
  const width = COLUMNS.length;
  return [COLUMNS, ...rows]
    .map((cells) => csvLine(Array.from({ length: width }, (_, column) => cells[column])))
    .join('');
}

const COLUMNS = ['section', 'type', 'count', 'severity', 'timestamp', 'entity_id', 'description'];

export const AUDIT_TAG = {
  name: 'audit',
  description: 'Who changed what and when, in chains of hashes, and what stands out.',
} as const satisfies Tag;

/** The trail of a merchant, and its report. */
export const audit = resource({
  tag: AUDIT_TAG,
  problems,
  routes: [
    forTenants('audit', getAudit, {
      method: 'get',
      path: '/audit',
      operationId: 'listAudit',
      summary: 'List audit entries, newest first',
      description:
        'Every change of a payment, a transaction, a customer and whatever else is kept, each linked to the one before it by ' +
        'hash. The newest entries may be missing for moments, unless `entity_id` is given. Who of the administrators acted, and ' +
        'from where, is shown to tokens with the permission `admin` too; `withheld` names what an entry lacks for others.',
      query: auditQuery,
      responses: { 200: answer('A page.', auditPage) },
    }),
    forTenants('audit', getAuditReport, {
      method: 'get',
      path: '/audit/report',
      operationId: 'auditReport',
      summary: 'Count audit entries and find anomalies',
      description:
        'Without dates, of the last 30 days. As CSV, one table whose column `section` is `total`, `event`, `user` or `anomaly`.',
      query: auditReportQuery,
      responses: {
        200: {
          description: 'The report.',
          content: { ...json(auditReport), ...text('text/csv') },
          headers: { 'Content-Disposition': fileName('With CSV, a file name.') },
        },
      },
    }),
  ],
});
