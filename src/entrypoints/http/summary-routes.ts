import type { SummarizePayments } from '../../application/summarize-payments.ts';
import { jsonText } from '../../domain/json.ts';
import { summaryRecord } from '../../domain/payment-summary.ts';
import { parseQuery, periodOf } from './list-input.ts';
import type { TenantHandler } from './payment-routes.ts';
import { answerJson, refuse } from './request-context.ts';
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
