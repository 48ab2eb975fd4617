import { z } from '@hono/zod-openapi';
import type { UseCases } from '../../../application/use-cases.ts';
import { present } from '../../../domain/kernel/present.ts';
import { transactionRecord } from '../../../domain/payments/transaction-record.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerPage } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { listPage, paging, period, storedCurrency } from '../server/schemas.ts';
import { PAYMENTS_TAG } from './payment-problems.ts';
import { transaction } from './payment-schemas.ts';

const problems = problemTable<FailureOf<UseCases, 'listRefunds'>>({});

/** The query of `GET /refunds`, as text. */
const refundsQuery = z.strictObject({ currency: storedCurrency.optional(), ...period, ...paging });

export const refundPage = listPage(transaction).openapi('RefundPage');

const getRefunds =
  ({ listRefunds }: Pick<UseCases, 'listRefunds'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(refundsQuery, new URL(c.req.url).searchParams)
      .andThen((query) =>
        periodOf(query).map((range) => ({
          merchantId,
          filter: { ...range, ...present({ currency: query.currency }) },
          ...pageOf(query),
        })),
      )
      .asyncAndThen(listRefunds)
      .match(
        (page) => answerPage(page, transactionRecord),
        (failure) => problems.refuse(c, failure),
      );

/** The refunds of all payments. */
export const refunds = resource({
  tag: PAYMENTS_TAG,
  problems,
  routes: [
    forTenants('payments', getRefunds, {
      method: 'get',
      path: '/refunds',
      operationId: 'listRefunds',
      summary: 'List refunds, newest first',
      description:
        'Whatever became of them, of every payment, each as it is now; dates are those of when it was asked for.',
      query: refundsQuery,
      responses: { 200: answer('A page.', refundPage) },
    }),
  ],
});
