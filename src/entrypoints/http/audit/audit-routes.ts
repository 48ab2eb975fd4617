import type { MakeAuditReport } from '../../../application/audit/audit-report.ts';
import type { ListAudit } from '../../../application/audit/list-audit.ts';
import { auditEntryRecord } from '../../../domain/audit/audit-record.ts';
import { type AuditReport, auditReportRecord } from '../../../domain/audit/audit-report.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type Cell, csvLine } from '../files/csv.ts';
import type { TenantHandler } from '../payments/payment-routes.ts';
import { pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import { answerJson, refuse } from '../server/request-context.ts';
import { auditQuery, auditReportQuery } from './audit-schemas.ts';

export const getAuditHandler =
  ({ listAudit }: Readonly<{ listAudit: ListAudit }>): TenantHandler =>
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
        ({ items, nextCursor }) =>
          answerJson(
            200,
            jsonText({
              items: items.map(auditEntryRecord),
              next_cursor: nextCursor ?? null,
              has_more: nextCursor !== undefined,
            }),
          ),
        (failure) => refuse(c, failure),
      );

export const getAuditReportHandler =
  ({ makeAuditReport }: Readonly<{ makeAuditReport: MakeAuditReport }>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(auditReportQuery, new URL(c.req.url).searchParams)
      .andThen((query) => periodOf(query).map((range) => ({ range, format: query.format ?? 'json' })))
      .asyncAndThen(({ range, format }) =>
        makeAuditReport({ merchantId, ...range }).map((report) =>
          format === 'json'
            ? answerJson(200, jsonText(auditReportRecord(report)))
            : new Response(reportCsv(report), { headers: CSV_HEADERS }),
        ),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

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
