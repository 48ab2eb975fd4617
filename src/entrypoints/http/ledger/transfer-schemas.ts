import { z } from '@hono/zod-openapi';
import { amount, currency, idempotencyKey } from '../server/schemas.ts';

const merchantId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the id of a merchant')
  .openapi({ example: 'merchant-456' });

/** The body of `POST /transfers`. */
export const newTransfer = z
  .strictObject({
    destination_merchant_id: merchantId,
    amount,
    currency,
    description: z.string().max(500).optional(),
    idempotency_key: idempotencyKey.optional(),
  })
  .openapi('NewTransfer', {
    example: { destination_merchant_id: 'merchant-456', amount: 250, currency: 'USD' },
  });

/** A transfer as both parties read it. */
export const transfer = z
  .strictObject({
    id: z.string().regex(/^trf_[0-9a-f]{32}$/),
    merchant_id: z.string().openapi({ description: 'Whose money it was.' }),
    destination_merchant_id: z.string(),
    amount: z.int().min(1).openapi({ format: 'int64' }),
    currency: z.string(),
    description: z.string().optional(),
    version: z.int(),
    created_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('Transfer');
