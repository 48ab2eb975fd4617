import { json, type Route, refusals, secured } from '../server/openapi.ts';
import { paymentSummary, summaryQuery } from './summary-schemas.ts';

export const getPaymentSummary = {
  method: 'get',
  path: '/payments/summary',
  operationId: 'summarizePayments',
  summary: 'Count and add up the payments of a period',
  description:
    'Every payment created in the period counts once, as it stands now. Whole days (UTC) cost the same however many ' +
    'payments they have; parts of days are read payment by payment.',
  tags: ['payments'],
  ...secured,
  request: { query: summaryQuery },
  responses: {
    200: { description: 'The summary.', content: json(paymentSummary) },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;
