import { z } from '@hono/zod-openapi';
import { PAYMENT_STATUSES } from '../../../domain/payments/payment.ts';
import { period } from '../server/schemas.ts';

/** The query of `GET /payments/summary`, as text. */
export const summaryQuery = z.strictObject(period);

const count = z.int().min(0);
const sum = z.int().min(0).openapi({ format: 'int64' });

export const paymentSummary = z
  .strictObject({
    total_count: count,
    by_status: z
      .record(z.enum(PAYMENT_STATUSES), count)
      .openapi({ description: 'Every status, also those of no payment.' }),
    by_currency: z
      .record(
        z.string(),
        z.strictObject({
          count,
          total_amount: sum.openapi({ description: 'Of all payments, whatever became of them.' }),
          succeeded_amount: sum.openapi({
            description: 'What was captured of payments that succeeded, before refunds.',
          }),
          refunded_amount: sum,
          average_amount: sum.openapi({
            description: '`total_amount` over `count`, half a minor unit rounded up.',
          }),
        }),
      )
      .openapi({ description: 'By currency code; amounts of two currencies are never added.' }),
    success_rate: z
      .number()
      .min(0)
      .max(1)
      .openapi({ description: 'Succeeded over succeeded and failed; 0 while none is either.' }),
  })
  .openapi('PaymentSummary');
