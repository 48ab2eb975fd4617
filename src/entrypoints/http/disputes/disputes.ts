import { z } from '@hono/zod-openapi';
import type { UseCases } from '../../../application/use-cases.ts';
import { DISPUTE_STATUSES, type Dispute } from '../../../domain/disputes/dispute.ts';
import { disputeRecord } from '../../../domain/disputes/dispute-record.ts';
import { parseId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { answerVersion, expectedIn } from '../server/entity-tag.ts';
import { keyOf } from '../server/idempotency-key.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { readOptionalJson } from '../server/read-json.ts';
import { answerPage, originOf } from '../server/request-context.ts';
import { answer, resource, versioned } from '../server/route.ts';
import { idempotencyKey, listPage, paging, time } from '../server/schemas.ts';

const problems = problemTable<FailureOf<UseCases, 'getDispute' | 'listDisputes' | 'acceptDispute'>>({
  DisputeNotAcceptable: {
    status: 409,
    code: 'dispute_not_acceptable',
    title: 'The dispute cannot be accepted',
    detail: ({ status }) =>
      status === 'needs_response'
        ? 'It is being accepted.'
        : `It is ${status}: only one that needs a response can be.`,
  },
  DisputeNotFound: {
    status: 404,
    code: 'dispute_not_found',
    title: 'There is no such dispute',
    detail: 'The merchant has no dispute with this id.',
  },
});
const { refuse } = problems;

const status = z.enum(DISPUTE_STATUSES);

const dispute = z
  .strictObject({
    id: z.string().regex(/^dsp_[0-9a-f]{32}$/),
    merchant_id: z.string(),
    payment_id: z.string(),
    processor_id: z.string().openapi({ description: 'What the processor calls it.' }),
    amount: z.int().openapi({ format: 'int64', description: 'What is disputed, in minor units.' }),
    currency: z.string(),
    reason: z.string().openapi({ description: 'In the processor’s words.' }),
    status: status.openapi({
      description:
        '`needs_response`: evidence is taken until `respond_by`. `under_review`: the issuer has it. `won`, `lost`: the issuer has decided. ' +
        '`accepted`: it is lost because it was accepted.',
    }),
    respond_by: time.optional(),
    accept_requested_at: time.optional().openapi({
      description: 'It was accepted, and the processor is asked to close it, or has done so.',
    }),
    version: z.int().min(1),
    created_at: time,
    updated_at: time,
  })
  .openapi('Dispute');

const disputesQuery = z.strictObject({
  ...paging,
  status: status.optional(),
  payment_id: z
    .string()
    .transform((text) => parseId('pay', text))
    .refine((id) => id !== undefined, 'must be the id of a payment')
    .optional()
    .openapi({ description: 'Of this payment.' }),
});

const getDisputes =
  ({ listDisputes }: Pick<UseCases, 'listDisputes'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(disputesQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ status: wanted, payment_id: paymentId, ...page }) =>
        listDisputes({ merchantId, filter: present({ status: wanted, paymentId }), ...pageOf(page) }),
      )
      .match(
        (page) => answerPage(page, disputeRecord),
        (failure) => refuse(c, failure),
      );

const getDisputeById =
  ({ getDispute }: Pick<UseCases, 'getDispute'>): TenantHandler =>
  async (c, merchantId) => {
    const id = parseId('dsp', c.req.param('id') ?? '');
    if (id === undefined) return refuse(c, { kind: 'DisputeNotFound' });
    return getDispute(merchantId, id).match(
      (found) => answerVersion(c, { version: found.version, body: jsonText(disputeRecord(found)) }),
      (failure) => refuse(c, failure),
    );
  };

/** The body of `POST /disputes/{id}/accept`. */
const newAcceptance = z
  .strictObject({ idempotency_key: idempotencyKey.optional() })
  .openapi('NewAcceptance', { example: {} });

const postAcceptance =
  (parts: Pick<UseCases, 'acceptDispute'> & CommittingParts): TenantHandler =>
  async (c, merchantId) => {
    const id = parseId('dsp', c.req.param('id') ?? '');
    if (id === undefined) return refuse(c, { kind: 'DisputeNotFound' });
    const header = c.req.header('idempotency-key');
    return readOptionalJson(c.req.raw)
      .andThen((body) => parseBody(newAcceptance, body, header))
      .andThen(({ idempotency_key }) => keyOf(header, idempotency_key))
      .andThen((idempotencyKey) => expectedIn(c).map((expecting) => ({ idempotencyKey, expecting })))
      .andThen(({ idempotencyKey, expecting }) =>
        committedOnce(c, parts, {
          merchantId,
          operation: 'accept_dispute',
          idempotencyKey,
          payload: { id },
          respond: (accepted: Dispute) => ({
            status: 202,
            version: accepted.version,
            body: jsonText(disputeRecord(accepted)),
          }),
          work: (claimWith) =>
            parts.acceptDispute({ ...expecting, merchantId, id, origin: originOf(c) }, claimWith),
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );
  };

/** Payments that their cardholders dispute, as the processor has them. */
export const disputes = resource({
  tag: {
    name: 'disputes',
    description: 'Payments that their cardholders dispute, as the processor’s own records say.',
  },
  problems,
  routes: [
    forTenants('payments', getDisputes, {
      method: 'get',
      path: '/disputes',
      operationId: 'listDisputes',
      summary: 'List disputes, newest first',
      description:
        'A page may hold fewer than `limit`, and none, and yet have a next: it looks through no more than a part. The money of a dispute is ' +
        'in the ledger, as a chargeback and its reversal, once the processor’s record or a reconciled file of it says so.',
      query: disputesQuery,
      responses: { 200: answer('A page of disputes.', listPage(dispute).openapi('DisputePage')) },
    }),
    forTenants('payments', getDisputeById, {
      method: 'get',
      path: '/disputes/{id}',
      operationId: 'getDispute',
      summary: 'Read a dispute',
      responses: { 200: versioned('The dispute.', dispute) },
      refusals: [404],
    }),
    forTenants('refunds', postAcceptance, {
      method: 'post',
      path: '/disputes/{id}/accept',
      operationId: 'acceptDispute',
      summary: 'Accept a dispute: the money is the cardholder’s',
      description:
        'A job asks the processor to close it, within seconds and for as long as the processor does not answer; `accept_requested_at` says that. ' +
        'It is `accepted` once the processor’s record says so, with the event `dispute.closed`. One that the processor does not close is as it was before, ' +
        'with the event `dispute.updated`.',
      idempotencyKey: 'accept-1001',
      body: newAcceptance,
      bodyOptional: true,
      ifMatch: 'dispute',
      responses: { 202: versioned('It is accepted, and the processor is asked to close it.', dispute) },
      refusals: [404, 409],
    }),
  ],
});
