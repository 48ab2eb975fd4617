import { json, type Route, refusals, secured, text } from '../server/openapi.ts';
import { auditPage, auditQuery, auditReport, auditReportQuery } from './audit-schemas.ts';

export const getAudit = {
  method: 'get',
  path: '/audit',
  operationId: 'listAudit',
  summary: 'List audit entries, newest first',
  description:
    'Every change of a payment, a transaction, a customer and whatever else is kept, each linked to the one before it by ' +
    'hash. The newest entries may be missing for moments, unless `entity_id` is given.',
  tags: ['audit'],
  ...secured,
  request: { query: auditQuery },
  responses: {
    200: { description: 'A page.', content: json(auditPage) },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;

export const getAuditReport = {
  method: 'get',
  path: '/audit/report',
  operationId: 'auditReport',
  summary: 'Count audit entries and find anomalies',
  description:
    'Without dates, of the last 30 days. As CSV, one table whose column `section` is `total`, `event`, `user` or `anomaly`.',
  tags: ['audit'],
  ...secured,
  request: { query: auditReportQuery },
  responses: {
    200: { description: 'The report.', content: { ...json(auditReport), ...text('text/csv') } },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;
