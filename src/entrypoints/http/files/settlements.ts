import { ok, type Result } from 'neverthrow';
import type { SettlementFilter } from '../../../application/files/read-settlements.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { publishedSettlement } from '../../../domain/files/settlement-record.ts';
import { parseId, type SettlementId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { answerVersion } from '../server/entity-tag.ts';
import { malformed, pageOf, parseQuery } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerPage, type HttpContext } from '../server/request-context.ts';
import type { MalformedRequest } from '../server/request-problems.ts';
import { answer, resource, versioned } from '../server/route.ts';
import { exceptionPage, exceptionView } from './exception-schemas.ts';
import {
  settlement,
  settlementExceptionsQuery,
  settlementItemPage,
  settlementItemsQuery,
  settlementPage,
  settlementsQuery,
} from './settlement-schemas.ts';
import { STORE_PROBLEMS } from './store-problems.ts';

type Served = 'getSettlement' | 'listSettlements' | 'listSettlementItems' | 'listSettlementExceptions';

const problems = problemTable<FailureOf<UseCases, Served>>({
  ObjectDamaged: STORE_PROBLEMS.ObjectDamaged,
  ObjectStoreUnavailable: STORE_PROBLEMS.ObjectStoreUnavailable,
  SettlementNotFound: {
    status: 404,
    code: 'settlement_not_found',
    title: 'There is no such settlement',
    detail: 'This merchant has no settlement of this id.',
  },
});

const { refuse } = problems;

/** An id that is none is no merchant's. */
const withId = (
  c: HttpContext,
  serve: (id: SettlementId) => Promise<Response>,
): Promise<Response> | Response => {
  const id = parseId('set', c.req.param('id') ?? '');
  return id === undefined ? refuse(c, { kind: 'SettlementNotFound' }) : serve(id);
};

type Query = ReturnType<typeof settlementsQuery.parse>;

function filterOf({
  date,
  start_date,
  end_date,
  ...query
}: Query): Result<SettlementFilter, MalformedRequest> {
  if (date !== undefined && (start_date !== undefined || end_date !== undefined))
    return malformed('date', 'must not stand beside start_date or end_date');
  const [from, to] = date === undefined ? [start_date, end_date] : [date, date];
  if (from !== undefined && to !== undefined && from > to)
    return malformed('start_date', 'must not be after end_date');
  const { currency, status, payout_id: payoutId } = query;
  return ok(present({ from, to, currency, status, payoutId }));
}

const getSettlements =
  ({ listSettlements }: Pick<UseCases, 'listSettlements'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(settlementsQuery, new URL(c.req.url).searchParams)
      .andThen((query) => filterOf(query).map((filter) => ({ filter, ...pageOf(query) })))
      .asyncAndThen((request) => listSettlements({ merchantId, ...request }))
      .match(
        (page) => answerPage(page, publishedSettlement),
        (failure) => refuse(c, failure),
      );

const getSettlementById =
  ({ getSettlement }: Pick<UseCases, 'getSettlement'>): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      getSettlement(merchantId, id).match(
        (each) => answerVersion(c, { version: each.version, body: jsonText(publishedSettlement(each)) }),
        (failure) => refuse(c, failure),
      ),
    );

const getItems =
  ({ listSettlementItems }: Pick<UseCases, 'listSettlementItems'>): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      parseQuery(settlementItemsQuery, new URL(c.req.url).searchParams)
        .asyncAndThen((page) => listSettlementItems({ merchantId, id, ...pageOf(page) }))
        .match(
          (page) => answerPage(page, (item) => item),
          (failure) => refuse(c, failure),
        ),
    );

const getSettlementExceptions =
  ({ listSettlementExceptions }: Pick<UseCases, 'listSettlementExceptions'>): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      parseQuery(settlementExceptionsQuery, new URL(c.req.url).searchParams)
        .asyncAndThen(({ status, ...page }) =>
          listSettlementExceptions({ merchantId, id, ...present({ status }), ...pageOf(page) }),
        )
        .match(
          (page) => answerPage(page, exceptionView),
          (failure) => refuse(c, failure),
        ),
    );

const SOME =
  'A page may hold fewer than `limit`, and none, and yet have a next: it looks through no more than a part.';

export const settlements = resource({
  tag: {
    name: 'settlements',
    description:
      'What processors paid out, by date, currency and payout, as their files say, held against the books here.',
  },
  problems,
  routes: [
    forTenants('settlements', getSettlements, {
      method: 'get',
      path: '/settlements',
      operationId: 'listSettlements',
      summary: 'List settlements, those of the newest file first',
      description: `Of one file the latest date comes first. ${SOME}`,
      query: settlementsQuery,
      responses: { 200: answer('A page of settlements.', settlementPage) },
    }),
    forTenants('settlements', getSettlementById, {
      method: 'get',
      path: '/settlements/{id}',
      operationId: 'getSettlement',
      summary: "Read a settlement: its equation, and the bank's line",
      responses: { 200: versioned('The settlement.', settlement) },
      refusals: [404],
    }),
    forTenants('settlements', getItems, {
      method: 'get',
      path: '/settlements/{id}/items',
      operationId: 'listSettlementItems',
      summary: 'List the rows that a settlement is made of, in the order of its file',
      description: SOME,
      query: settlementItemsQuery,
      responses: { 200: answer('A page of items.', settlementItemPage) },
      refusals: [404],
    }),
    forTenants('settlements', getSettlementExceptions, {
      method: 'get',
      path: '/settlements/{id}/exceptions',
      operationId: 'listSettlementExceptions',
      summary: 'List the exceptions of a settlement, newest first',
      description: `Those of its rows that did not match, and that of a payout that differs from what it comes to. ${SOME}`,
      query: settlementExceptionsQuery,
      responses: { 200: answer('A page of exceptions.', exceptionPage) },
      refusals: [404],
    }),
  ],
});
