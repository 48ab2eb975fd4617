import { z } from '@hono/zod-openapi';
import type { Result } from 'neverthrow';
import type { ModifyPaymentRequest } from '../../../application/payments/modify-payment.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { parseId } from '../../../domain/kernel/ids.ts';
import { present } from '../../../domain/kernel/present.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { expectedIn } from '../server/entity-tag.ts';
import { type KeyedHeader, type KeyFailure, keyOf } from '../server/idempotency-key.ts';
import { countKey, type ServiceMetrics } from '../server/measurements.ts';
import { type JsonBody, readOptionalJson } from '../server/read-json.ts';
import { originOf, respondStored } from '../server/request-context.ts';
import type { MalformedRequest, PanNotAccepted } from '../server/request-problems.ts';
import { answer, resource } from '../server/route.ts';
import { type Documentation } from '../server/route-description.ts';
import { amount, idempotencyKey } from '../server/schemas.ts';
import { declines, PAYMENTS_TAG, paymentProblems } from './payment-problems.ts';
import { paymentIdParameter, transaction } from './payment-schemas.ts';
import { decodeResponse } from './stored-responses.ts';

const { refuse } = paymentProblems;

const part = amount.optional().openapi({
  description: 'In minor units; without it, all that is left. An amount of 0 is refused.',
  example: 500,
});

/** The body of `POST /payments/{id}/capture`. */
const newCapture = z
  .strictObject({
    amount: part,
    final: z
      .boolean()
      .optional()
      .openapi({ description: 'Releases what this capture leaves of the authorization.', default: false }),
    idempotency_key: idempotencyKey.optional(),
  })
  .openapi('NewCapture', { example: { amount: 500, final: true } });

/** The body of `POST /payments/{id}/refunds`. */
const newRefund = z
  .strictObject({
    amount: part,
    reason: z.string().max(500).optional(),
    idempotency_key: idempotencyKey.optional(),
  })
  .openapi('NewRefund', { example: { amount: 500, reason: 'One item came back' } });

/** The body of `POST /payments/{id}/void`. */
const newVoid = z
  .strictObject({ idempotency_key: idempotencyKey.optional() })
  .openapi('NewVoid', { example: {} });

type Parts = Pick<UseCases, 'modifyPayment'> & Readonly<{ metrics: ServiceMetrics }>;

/** A modification as a client orders it; the payment comes from the path, who asks from the token. */
type Order = Pick<ModifyPaymentRequest, 'modification' | 'reason' | 'idempotencyKey'>;
type Parse = (
  body: JsonBody,
  header: KeyedHeader,
) => Result<Order, MalformedRequest | PanNotAccepted | KeyFailure>;

const parseCapture: Parse = (body, header) =>
  parseBody(newCapture, body, header).andThen(({ amount, final = false, idempotency_key }) =>
    keyOf(header, idempotency_key).map(
      (idempotencyKey): Order => ({
        idempotencyKey,
        modification: { type: 'capture', ...minorUnits(amount), final },
      }),
    ),
  );

const parseRefund: Parse = (body, header) =>
  parseBody(newRefund, body, header).andThen(({ amount, reason, idempotency_key }) =>
    keyOf(header, idempotency_key).map(
      (idempotencyKey): Order => ({
        idempotencyKey,
        modification: { type: 'refund', ...minorUnits(amount) },
        ...present({ reason }),
      }),
    ),
  );

const parseVoid: Parse = (body, header) =>
  parseBody(newVoid, body, header).andThen(({ idempotency_key }) =>
    keyOf(header, idempotency_key).map(
      (idempotencyKey): Order => ({ idempotencyKey, modification: { type: 'void' } }),
    ),
  );

const minorUnits = (amount: number | undefined): Readonly<{ amount?: bigint }> =>
  amount === undefined ? {} : { amount: BigInt(amount) };

const modifyAs =
  (parse: Parse) =>
  ({ modifyPayment, metrics }: Parts): TenantHandler =>
  async (c, merchantId) => {
    const order = await readOptionalJson(c.req.raw).andThen((body) =>
      parse(body, c.req.header('idempotency-key')).andThen((parsed) =>
        expectedIn(c).map((expecting) => ({ ...parsed, ...expecting })),
      ),
    );
    if (order.isErr()) return refuse(c, order.error);
    const paymentId = parseId('pay', c.req.param('id') ?? '');
    if (paymentId === undefined) return refuse(c, { kind: 'PaymentNotFound' });
    const result = await modifyPayment({ ...order.value, merchantId, paymentId, origin: originOf(c) });
    countKey(metrics, result);
    if (result.isErr()) return refuse(c, result.error);
    const { response, replayed } = result.value;
    const read = decodeResponse(response);
    if (!replayed) metrics.modifications.inc({ type: order.value.modification.type, status: read.outcome });
    return respondStored(read, replayed);
  };

const documented = {
  method: 'post',
  pathParameters: { id: paymentIdParameter },
  idempotencyKey: 'order-1001',
  bodyOptional: true,
  ifMatch: 'payment',
  responses: {
    201: answer('The processor did it.', transaction),
    202: answer(
      'The processor has not answered yet; the transaction is pending and will be carried through.',
      transaction,
    ),
  },
  refusals: [402, 404, 409],
} as const satisfies Partial<Documentation>;

/** Captures, refunds and voids. */
export const modifications = resource({
  tag: PAYMENTS_TAG,
  problems: { rows: { ...paymentProblems.rows, ...declines } },
  routes: [
    forTenants('payments', modifyAs(parseCapture), {
      ...documented,
      path: '/payments/{id}/capture',
      operationId: 'capturePayment',
      summary: 'Take authorized money, in full or in part',
      description: 'The payment has succeeded when all is taken, or with `final`, which releases the rest.',
      body: newCapture,
    }),
    forTenants('payments', modifyAs(parseVoid), {
      ...documented,
      path: '/payments/{id}/void',
      operationId: 'voidPayment',
      summary: 'Release authorized money',
      description:
        'The payment is canceled, or has succeeded when a part was captured before. One that waits for its customer is canceled at the processor; where the customer was quicker, what is held is released, and what was taken is left to a refund.',
      body: newVoid,
    }),
    forTenants('refunds', modifyAs(parseRefund), {
      ...documented,
      path: '/payments/{id}/refunds',
      operationId: 'refundPayment',
      summary: 'Give captured money back, in full or in part',
      description:
        'Also of what was captured while the rest is still held, and in the name of a suspended merchant. The sum of refunds, those under way included, never passes what was captured.',
      body: newRefund,
    }),
  ],
});
