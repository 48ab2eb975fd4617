import { z } from '@hono/zod-openapi';
import type { UseCases } from '../../../application/use-cases.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { PAYMENT_STATUSES } from '../../../domain/payments/payment.ts';
import { summaryRecord } from '../../../domain/payments/payment-summary.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseQuery, periodOf } from '../server/list-input.ts';
import { answerJson } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { period } from '../server/schemas.ts';
import { PAYMENTS_TAG, paymentProblems } from './payment-problems.ts';
import { currencySums } from './payment-schemas.ts';

const { refuse } = paymentProblems;

/** The query of `GET /payments/summary`, as text. */
const summaryQuery = z.strictObject(period);

const count = z.int().min(0);

export const paymentSummary = z
  .strictObject({
    total_count: count,
    by_status: z
      .record(z.enum(PAYMENT_STATUSES), count)
      .openapi({ description: 'Every status, also those of no payment.' }),
    by_currency: currencySums,
    success_rate: z
      .number()
      .min(0)
      .max(1)
      .openapi({ description: 'Succeeded over succeeded and failed; 0 while none is either.' }),
  })
  .openapi('PaymentSummary');

const getSummary =
  ({ summarizePayments }: Pick<UseCases, 'summarizePayments'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(summaryQuery, new URL(c.req.url).searchParams)
      .andThen(periodOf)
      .asyncAndThen((period) => summarizePayments(merchantId, period))
      .match(
        (summary) => answerJson(200, jsonText(summaryRecord(summary))),
        (failure) => refuse(c, failure),
      );

export const paymentSummaries = resource({
  tag: PAYMENTS_TAG,
  problems: paymentProblems,
  routes: [
    forTenants('payments', getSummary, {
      method: 'get',
      path: '/payments/summary',
      operationId: 'summarizePayments',
      summary: 'Count and add up the payments of a period',
      description:
        'Every payment created in the period counts once, as it stands now. Whole days (UTC) cost the same however many ' +
        'payments they have; parts of days are read payment by payment.',
      query: summaryQuery,
      responses: { 200: answer('The summary.', paymentSummary) },
    }),
  ],
});
