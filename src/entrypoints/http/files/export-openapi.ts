import { type Route, refusals, secured, text } from '../server/openapi.ts';
import { exportQuery } from './export-schemas.ts';

export const getPaymentExport = {
  method: 'get',
  path: '/payments/export',
  operationId: 'exportPayments',
  summary: 'Read all payments that match, newest first, as a file',
  description:
    'Streamed as it is read. The file is whole when the response ends as HTTP has it; after a fault on our side the ' +
    'connection is cut instead. In CSV (RFC 4180, UTF-8) text that a spreadsheet would run as a formula has an apostrophe ' +
    'before it, and `metadata` is JSON in one cell. Every export is in the audit trail before its first byte is sent.',
  tags: ['payments'],
  ...secured,
  request: { query: exportQuery },
  responses: {
    200: {
      description: 'The payments.',
      content: { ...text('text/csv'), ...text('application/x-ndjson') },
      headers: {
        'Content-Disposition': {
          description: 'A file name with the id of the export.',
          schema: { type: 'string' },
        },
      },
    },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;
