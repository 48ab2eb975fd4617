import type { SummarizePayments } from '../../../application/payments/summarize-payments.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { summaryRecord } from '../../../domain/payments/payment-summary.ts';
import { parseQuery, periodOf } from '../server/list-input.ts';
import { answerJson, refuse } from '../server/request-context.ts';
import type { TenantHandler } from './payment-routes.ts';
import { summaryQuery } from './summary-schemas.ts';

export const getPaymentSummaryHandler =
  ({ summarizePayments }: Readonly<{ summarizePayments: SummarizePayments }>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(summaryQuery, new URL(c.req.url).searchParams)
      .andThen(periodOf)
      .asyncAndThen((period) => summarizePayments(merchantId, period))
      .match(
        (summary) => answerJson(200, jsonText(summaryRecord(summary))),
        (failure) => refuse(c, failure),
      );
