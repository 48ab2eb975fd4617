import type { z } from 'zod';
import type { ChangeMerchantRequest } from '../../../application/merchants/change-merchant.ts';
import type { NewMerchant } from '../../../application/merchants/create-merchant.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import type { Origin } from '../../../domain/kernel/actor.ts';
import { type MerchantId, parseMerchantId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import {
  type Merchant,
  type MerchantInactive,
  publishedMerchant,
} from '../../../domain/merchants/merchant.ts';
import { eachAmount, type RateLimitsChange } from '../../../domain/merchants/payment-limits.ts';
import { type AdminHandler, forAdmins, forMembers, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { MERCHANT_NOT_FOUND } from '../server/chosen-merchant.ts';
import { answerVersion, expectedIn } from '../server/entity-tag.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import type { FailureOf, ProblemRow } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { readJson } from '../server/read-json.ts';
import { answerPage, type HttpContext, originOf } from '../server/request-context.ts';
import { answer, created, resource, versioned } from '../server/route.ts';
import { merchant, merchantChange, merchantPage, merchantsQuery, newMerchant } from './merchant-schemas.ts';
import { mappingIn } from './settlement-mapping-schemas.ts';

/** Of every resource in which money moves or customers are kept in the name of a merchant. */
export const MERCHANT_INACTIVE: ProblemRow<MerchantInactive> = {
  status: 403,
  code: 'merchant_inactive',
  title: 'The merchant is not active',
  detail:
    'It is suspended or was never opened: it refunds, voids and reads, and begins nothing new. An administrator changes its `status`.',
};

const problems = problemTable<
  FailureOf<UseCases, 'createMerchant' | 'changeMerchant' | 'getMerchant' | 'listMerchants'>
>({
  MerchantNotFound: MERCHANT_NOT_FOUND,
  MerchantExists: {
    status: 409,
    code: 'merchant_exists',
    title: 'The merchant exists already',
    detail: 'Another merchant has this id. Nothing was changed.',
  },
});

const { refuse } = problems;

const postMerchant =
  (parts: Pick<UseCases, 'createMerchant'> & CommittingParts): AdminHandler =>
  (c) =>
    readJson(c.req.raw)
      .andThen((body) => parseBody(newMerchant, body))
      .andThen((body) =>
        committedOnce(c, parts, {
          merchantId: INSTALLATION,
          operation: 'create_merchant',
          payload: body,
          respond: (merchant: Merchant) => ({
            status: 201,
            version: merchant.version,
            location: `/merchants/${merchant.id}`,
            body: textOf(merchant),
          }),
          work: (claimWith) => parts.createMerchant(merchantIn(body, originOf(c, 'admin')), claimWith),
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

/** Whose idempotency keys those of administrators are; no merchant can have this id. */
export const INSTALLATION = '@installation' as MerchantId;

const merchantIn = (
  { id, name, email, processor_config, ...optional }: z.output<typeof newMerchant>,
  origin: Origin,
): NewMerchant & Readonly<{ origin: Origin }> => ({
  ...fieldsOf(optional),
  // The schema let only ids of merchants through.
  id: id as MerchantId,
  name,
  email,
  ...present({ processorConfig: processor_config }),
  origin,
});

const patchMerchant =
  ({ changeMerchant }: Pick<UseCases, 'changeMerchant'>): AdminHandler =>
  async (c) => {
    const id = idOf(c);
    if (id === undefined) return refuse(c, { kind: 'MerchantNotFound' });
    return readJson(c.req.raw)
      .andThen((body) => parseBody(merchantChange, body))
      .andThen((body) => expectedIn(c).map((expecting) => ({ body, expecting })))
      .andThen(({ body: { processor_config, ...change }, expecting }) =>
        changeMerchant({
          ...expecting,
          ...fieldsOf(change),
          id,
          ...present({ processorConfig: processor_config }),
          origin: originOf(c, 'admin'),
        }),
      )
      .match(
        (merchant) => answerVersion(c, { version: merchant.version, body: textOf(merchant) }),
        (failure) => refuse(c, failure),
      );
  };

const getMerchants =
  ({ listMerchants }: Pick<UseCases, 'listMerchants'>): AdminHandler =>
  (c) =>
    parseQuery(merchantsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen((query) => listMerchants(pageOf(query)))
      .match(
        (page) => answerPage(page, publishedMerchant),
        (failure) => refuse(c, failure),
      );

const getMerchant =
  (parts: Pick<UseCases, 'getMerchant'>): AdminHandler =>
  async (c) => {
    const id = idOf(c);
    return id === undefined ? refuse(c, { kind: 'MerchantNotFound' }) : answerMerchant(parts, c, id);
  };

const getOwnMerchant =
  (parts: Pick<UseCases, 'getMerchant'>): TenantHandler =>
  (c, merchantId) =>
    answerMerchant(parts, c, merchantId);

const answerMerchant = (
  { getMerchant }: Pick<UseCases, 'getMerchant'>,
  c: HttpContext,
  id: MerchantId,
): Promise<Response> =>
  getMerchant(id).match(
    (merchant) => answerVersion(c, { version: merchant.version, body: textOf(merchant) }),
    (failure) => refuse(c, failure),
  );

/** What cannot be the id of a merchant is answered as an id that no merchant has. */
const idOf = (c: HttpContext): MerchantId | undefined => parseMerchantId(c.req.param('id') ?? '');

const textOf = (merchant: Merchant): string => jsonText(publishedMerchant(merchant));

type Body = z.output<typeof merchantChange>;
type Fields = Omit<ChangeMerchantRequest, 'id' | 'origin' | 'processorConfig' | 'expectedVersions'>;

const fieldsOf = ({
  name,
  email,
  status,
  status_reason,
  features,
  rate_limits,
  refunds_need_balance,
  settlement_tolerances,
  settlement_mappings,
  settlement_delay_days,
  resolution_limits,
}: Omit<Body, 'processor_config'>): Fields => ({
  ...present({ name, email, status, statusReason: status_reason }),
  ...present({ features, refundsNeedBalance: refunds_need_balance }),
  ...(rate_limits === undefined ? {} : { rateLimits: limitsOf(rate_limits) }),
  ...(settlement_tolerances === undefined
    ? {}
    : { settlementTolerances: eachAmount(settlement_tolerances, BigInt) }),
  ...(settlement_mappings === undefined
    ? {}
    : {
        settlementMappings: Object.fromEntries(
          Object.entries(settlement_mappings).map(([name, mapping]) => [name, mappingIn(mapping)]),
        ),
      }),
  ...present({ settlementDelayDays: settlement_delay_days }),
  ...(resolution_limits === undefined ? {} : { resolutionLimits: eachAmount(resolution_limits, BigInt) }),
});

const limitsOf = ({
  payments_per_minute,
  payments_per_day,
  max_payment_amount,
  max_payment_amounts,
}: NonNullable<Body['rate_limits']>): RateLimitsChange => ({
  ...present({ paymentsPerMinute: payments_per_minute, paymentsPerDay: payments_per_day }),
  ...(max_payment_amount === undefined ? {} : { maxPaymentAmount: BigInt(max_payment_amount) }),
  ...(max_payment_amounts === undefined
    ? {}
    : {
        maxPaymentAmounts: Object.fromEntries(
          Object.entries(max_payment_amounts).map(([currency, limit]) => [
            currency,
            limit === null ? null : BigInt(limit),
          ]),
        ),
      }),
});

const ADMIN = 'Needs the permission `admin`.';
const pathParameters = { id: { schema: { type: 'string' }, example: 'merchant-123' } } as const;

export const merchants = resource({
  tag: { name: 'merchants', description: 'Tenants of this installation, and their limits.' },
  problems,
  routes: [
    forAdmins(postMerchant, {
      method: 'post',
      path: '/merchants',
      operationId: 'createMerchant',
      summary: 'Open a merchant',
      description: `${ADMIN} An id is given once and for good.`,
      body: newMerchant,
      responses: { 201: created('merchant', merchant) },
      refusals: [409],
    }),
    forAdmins(getMerchants, {
      method: 'get',
      path: '/merchants',
      operationId: 'listMerchants',
      summary: 'List merchants by id',
      description: ADMIN,
      query: merchantsQuery,
      responses: { 200: answer('A page.', merchantPage) },
    }),
    forAdmins(getMerchant, {
      method: 'get',
      path: '/merchants/{id}',
      operationId: 'getMerchant',
      summary: 'Read a merchant',
      description: ADMIN,
      pathParameters,
      responses: { 200: versioned('The merchant.', merchant) },
      refusals: [404],
    }),
    forAdmins(patchMerchant, {
      method: 'patch',
      path: '/merchants/{id}',
      operationId: 'changeMerchant',
      summary: 'Change, suspend or resume a merchant',
      description: `${ADMIN} A suspension binds every payment that begins after the answer.`,
      pathParameters,
      body: merchantChange,
      ifMatch: 'merchant',
      responses: { 200: versioned('The merchant as it is now.', merchant) },
      refusals: [404, 409],
    }),
    forMembers(getOwnMerchant, {
      method: 'get',
      path: '/merchant',
      operationId: 'getOwnMerchant',
      summary: 'Read the merchant of the request',
      description:
        'The one that the token names, without any permission, suspended or not; or the one that an administrator chose.',
      responses: { 200: versioned('The merchant.', merchant) },
      refusals: [404],
    }),
  ],
});
