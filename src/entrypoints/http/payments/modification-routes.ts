import type { Result } from 'neverthrow';
import type { ModifyPayment, ModifyPaymentRequest } from '../../../application/payments/modify-payment.ts';
import type { MerchantId } from '../../../domain/kernel/ids.ts';
import { parseId } from '../../../domain/kernel/ids.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type KeyedHeader, type KeyFailure, keyOf, parseBody } from '../server/body-input.ts';
import type { MalformedRequest, PanNotAccepted } from '../server/failures.ts';
import { countKey, type PlatformMetrics } from '../server/metrics.ts';
import { type JsonBody, readOptionalJson } from '../server/read-json.ts';
import { originOf, refuse, respondStored } from '../server/request-context.ts';
import { newCapture, newRefund, newVoid } from './modification-schemas.ts';
import type { TenantHandler } from './payment-routes.ts';
import { decodeResponse } from './stored-responses.ts';

type Parts = Readonly<{ modifyPayment: ModifyPayment; metrics: PlatformMetrics }>;

/** A modification as a client orders it; the payment comes from the path, who asks from the token. */
type Order = Pick<ModifyPaymentRequest, 'modification' | 'reason' | 'idempotencyKey'>;
type Parse = (
  body: JsonBody,
  header: KeyedHeader,
) => Result<Order, MalformedRequest | PanNotAccepted | KeyFailure>;

export const postCaptureHandler = (parts: Parts): TenantHandler => handler(parts, parseCapture);
export const postRefundHandler = (parts: Parts): TenantHandler => handler(parts, parseRefund);
export const postVoidHandler = (parts: Parts): TenantHandler => handler(parts, parseVoid);

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

const handler =
  ({ modifyPayment, metrics }: Parts, parse: Parse): TenantHandler =>
  async (c, merchantId: MerchantId) => {
    const order = await readOptionalJson(c.req.raw).andThen((body) =>
      parse(body, c.req.header('idempotency-key')),
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
