import { z } from '@hono/zod-openapi';
import type { ResultAsync } from 'neverthrow';
import type { UseCases } from '../../../application/use-cases.ts';
import { type PaymentId, parseId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { RESOLUTION_OUTCOMES } from '../../../domain/payments/attention.ts';
import type { Payment } from '../../../domain/payments/payment.ts';
import { paymentRecord } from '../../../domain/payments/payment-record.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { expectedIn } from '../server/entity-tag.ts';
import { keyOf } from '../server/idempotency-key.ts';
import {
  type CommittingParts,
  committedOnce,
  type PostResponse,
  type WorkingParts,
  workedOnce,
} from '../server/keyed-post.ts';
import { plainText } from '../server/person-schemas.ts';
import { readJson, readOptionalJson } from '../server/read-json.ts';
import { type HttpContext, originOf, resolverOf } from '../server/request-context.ts';
import { resource, versioned } from '../server/route.ts';
import { amount, idempotencyKey } from '../server/schemas.ts';
import { PAYMENTS_TAG } from './payment-problems.ts';
import { payment, paymentIdParameter } from './payment-schemas.ts';
import { resolutionProblems } from './resolution-problems.ts';

const { refuse } = resolutionProblems;

/** The body of `POST /payments/{id}/resolve`. */
const newOutcome = z
  .strictObject({
    outcome: z.enum(RESOLUTION_OUTCOMES).openapi({
      description:
        'Of a charge any. A capture, refund or void in question has `succeeded` or `failed`. Of a payment that has ended: as it ended.',
    }),
    amount: amount.optional().openapi({
      description: 'Of a charge that succeeded: what went through, of what was asked at the most.',
      example: 1998,
    }),
    reason: plainText(500).min(1).openapi({ example: "The processor's support confirmed it in writing." }),
    evidence: plainText(1_000)
      .min(1)
      .optional()
      .openapi({ description: 'Where it can be checked.', example: 'Ticket 4711' }),
    replaces: z
      .boolean()
      .optional()
      .openapi({ description: 'Also where another proposal waits, which goes.', default: false }),
    idempotency_key: idempotencyKey.optional(),
  })
  .openapi('NewOutcome', {
    example: { outcome: 'succeeded', reason: "The processor's support confirmed it in writing." },
  });

/** The body of `POST /payments/{id}/resolve/confirm`. */
const newOutcomeConfirmation = z
  .strictObject({ idempotency_key: idempotencyKey.optional() })
  .openapi('NewOutcomeConfirmation', { example: {} });

const withId = (
  c: HttpContext,
  serve: (id: PaymentId) => ResultAsync<Response, Parameters<typeof refuse>[1]>,
): Promise<Response> | Response => {
  const id = parseId('pay', c.req.param('id') ?? '');
  return id === undefined
    ? refuse(c, { kind: 'PaymentNotFound' })
    : serve(id).match(
        (given) => given,
        (failure) => refuse(c, failure),
      );
};

const answerWith =
  (status: number) =>
  (changed: Payment): PostResponse => ({
    status,
    version: changed.version,
    body: jsonText(paymentRecord(changed)),
  });

const postOutcome =
  (parts: Pick<UseCases, 'proposeOutcome'> & CommittingParts): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (paymentId) => {
      const header = c.req.header('idempotency-key');
      return readJson(c.req.raw)
        .andThen((body) => parseBody(newOutcome, body, header))
        .andThen(({ idempotency_key, ...fields }) =>
          keyOf(header, idempotency_key).andThen((key) =>
            expectedIn(c).map((expecting) => ({ fields, key, expecting })),
          ),
        )
        .andThen(({ fields, key, expecting }) => {
          const { amount: units, evidence, replaces = false, ...said } = fields;
          const proposing = {
            ...said,
            ...present({ amount: units === undefined ? undefined : BigInt(units), evidence }),
            by: resolverOf(c),
            replaces,
          };
          return committedOnce(c, parts, {
            merchantId,
            operation: 'propose_outcome',
            idempotencyKey: key,
            payload: { id: paymentId, ...fields },
            respond: answerWith(202),
            work: (claimWith) =>
              parts.proposeOutcome(
                { ...expecting, merchantId, paymentId, proposing, origin: originOf(c) },
                claimWith,
              ),
          });
        });
    });

const postConfirmation =
  (parts: Pick<UseCases, 'confirmOutcome'> & WorkingParts): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (paymentId) => {
      const header = c.req.header('idempotency-key');
      return readOptionalJson(c.req.raw)
        .andThen((body) => parseBody(newOutcomeConfirmation, body, header))
        .andThen(({ idempotency_key }) => keyOf(header, idempotency_key))
        .andThen((key) => expectedIn(c).map((expecting) => ({ key, expecting })))
        .andThen(({ key, expecting }) =>
          workedOnce(c, parts, {
            merchantId,
            operation: 'confirm_outcome',
            idempotencyKey: key,
            payload: { id: paymentId },
            respond: answerWith(200),
            work: (begun) =>
              parts.confirmOutcome(
                { ...expecting, merchantId, paymentId, by: resolverOf(c), origin: originOf(c) },
                begun,
              ),
          }),
        );
    });

const documented = {
  method: 'post',
  pathParameters: { id: paymentIdParameter },
  ifMatch: 'payment',
} as const;

/** What people say became of payments in attention: one proposes, another confirms. */
export const resolutions = resource({
  tag: PAYMENTS_TAG,
  problems: resolutionProblems,
  routes: [
    forTenants('resolutions', postOutcome, {
      ...documented,
      path: '/payments/{id}/resolve',
      operationId: 'proposeOutcome',
      summary: 'Say what became of a payment in attention',
      description:
        'Nothing moves yet: another person has to confirm. The processor is asked on, and its answer ends the payment where it comes first; where it says something else, the proposal goes.',
      idempotencyKey: 'resolution-1001',
      body: newOutcome,
      responses: { 202: versioned('The payment, with what another person has to confirm.', payment) },
      refusals: [404, 409],
    }),
    forTenants('resolutions', postConfirmation, {
      ...documented,
      path: '/payments/{id}/resolve/confirm',
      operationId: 'confirmOutcome',
      summary: 'Confirm what another person says became of a payment',
      description:
        'It is done as that person said, whatever the processor answers later. Who proposed it never confirms it, whatever the token: a person is known by subject, email and the claim that the installation names. `If-Match` has to name the one version that the proposal was seen in.',
      idempotencyKey: 'resolution-1002',
      body: newOutcomeConfirmation,
      bodyOptional: true,
      responses: { 200: versioned('The payment as it is now.', payment) },
      refusals: [403, 404, 409, 428],
    }),
  ],
});
