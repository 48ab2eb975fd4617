import { z } from '@hono/zod-openapi';
import { amount, idempotencyKey, transaction } from '../server/schemas.ts';

const part = amount.optional().openapi({
  description: 'In minor units; without it, all that is left. An amount of 0 is refused.',
  example: 500,
});

/** The body of `POST /payments/{id}/capture`. */
export const newCapture = z
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
export const newRefund = z
  .strictObject({
    amount: part,
    reason: z.string().max(500).optional(),
    idempotency_key: idempotencyKey.optional(),
  })
  .openapi('NewRefund', { example: { amount: 500, reason: 'One item came back' } });

/** The body of `POST /payments/{id}/void`. */
export const newVoid = z
  .strictObject({ idempotency_key: idempotencyKey.optional() })
  .openapi('NewVoid', { example: {} });

/** What a modification answers with. */
export const modification = transaction;
