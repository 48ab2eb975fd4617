import { okAsync } from 'neverthrow';
import type { UseCases } from '../../../application/use-cases.ts';
import { costRecord } from '../../../domain/cost/cost-record.ts';
import { estimate, type RegionNotPriced } from '../../../domain/cost/estimate.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { type AdminHandler, forAdmins } from '../server/authorization.ts';
import { MERCHANT_NOT_FOUND } from '../server/chosen-merchant.ts';
import { parseQuery } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { costEstimate, costQuery, costRequest } from './cost-schemas.ts';

const problems = problemTable<FailureOf<UseCases, 'recentTransactions'> | RegionNotPriced>({
  MerchantNotFound: MERCHANT_NOT_FOUND,
  RegionNotPriced: {
    status: 422,
    code: 'region_not_priced',
    title: 'There are no prices of this region',
    detail: ({ priced }: RegionNotPriced) => `Prices are known of ${priced.join(', ')}.`,
  },
});

const getCost =
  ({ recentTransactions }: Pick<UseCases, 'recentTransactions'>): AdminHandler =>
  (c) =>
    parseQuery(costQuery, new URL(c.req.url).searchParams)
      .map(costRequest)
      .asyncAndThen(({ merchantId, ...request }) =>
        merchantId === undefined
          ? okAsync(request)
          : recentTransactions(merchantId).map((transactionsPerMonth) => ({
              ...request,
              usage: { ...request.usage, transactionsPerMonth },
            })),
      )
      .andThen(estimate)
      .match(
        (estimate) => answerJson(200, jsonText(costRecord(estimate))),
        (failure) => problems.refuse(c, failure),
      );

/** What storing payments costs at AWS. */
export const cost = resource({
  tag: { name: 'cost', description: 'What storing payments costs at AWS, and what would cost less.' },
  problems,
  routes: [
    forAdmins(getCost, {
      method: 'get',
      path: '/cost',
      operationId: 'estimateCost',
      summary: 'Estimate the monthly cost of a usage, or of a merchant’s own',
      description:
        'Needs the permission `admin`. Pure arithmetic over measured capacity and dated prices; `paywright cost --prices` takes others.',
      query: costQuery,
      responses: { 200: answer('The estimate.', costEstimate) },
      refusals: [404, 422],
    }),
  ],
});
