import { z } from '@hono/zod-openapi';
import { ATTENTION_REASONS, RESOLUTION_OUTCOMES, SEEN_STATES } from '../../../domain/payments/attention.ts';
import { ACTION_KINDS } from '../../../domain/payments/next-action.ts';
import { PAYMENT_STATUSES } from '../../../domain/payments/payment.ts';
import { problem } from '../server/problem.ts';
import {
  amount,
  currency,
  customerId,
  idempotencyKey,
  listPage,
  metadata,
  openList,
  time,
} from '../server/schemas.ts';

const CAPTURE_METHODS = ['automatic', 'manual'] as const;
const captureMethod = z.enum(CAPTURE_METHODS);

const paymentMethod = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 visible ASCII characters')
  .openapi({
    description: 'With the simulator: `card`, `bank_account`, or a `test_…` method that says how it ends.',
    example: 'card',
  });

/** The body of `POST /payments`. */
export const newPayment = z
  .strictObject({
    amount,
    currency,
    payment_method: paymentMethod,
    customer_id: customerId.optional(),
    description: z.string().max(500).optional(),
    metadata: metadata.optional(),
    capture_method: captureMethod.optional().openapi({ default: 'automatic' }),
    idempotency_key: idempotencyKey.optional(),
  })
  .openapi('NewPayment', { example: { amount: 1250, currency: 'USD', payment_method: 'card' } });

const MOST_ITEMS = 1_000;

const batchOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ payments: z.array(item).min(1).max(MOST_ITEMS) });

/** The body of `POST /payments/batch` without its items: each is judged alone, by `newPayment`. */
export const batchEnvelope = batchOf(z.unknown());

/** The same body as clients see it. */
export const newBatch = batchOf(
  newPayment.required({ idempotency_key: true }).openapi('NewBatchPayment'),
).openapi('NewBatch', {
  example: {
    payments: [
      { amount: 1250, currency: 'USD', payment_method: 'card', idempotency_key: 'order-1002' },
      { amount: 990, currency: 'JPY', payment_method: 'test_declined', idempotency_key: 'order-1003' },
    ],
  },
});

const transactionId = z.string().regex(/^txn_[0-9a-f]{32}$/);
const paymentId = z.string().regex(/^pay_[0-9a-f]{32}$/);
const money = z.int().min(0).openapi({ format: 'int64' });
/** The payment that a path names. */
export const paymentIdParameter = {
  schema: { type: 'string' },
  example: 'pay_01990000000070008000000000000001',
} as const;

const attention = z.strictObject({
  reason: openList(ATTENTION_REASONS),
  since: time,
  seen: z
    .strictObject({
      state: openList(SEEN_STATES),
      amount: money.optional(),
      currency: z.string().optional(),
      processor_id: z.string().optional(),
    })
    .openapi({ description: "What the processor's record says." }),
  transaction_id: transactionId
    .optional()
    .openapi({ description: 'The capture, refund or void that it is about; absent: the charge itself.' }),
  idempotency_key: z
    .string()
    .optional()
    .openapi({ description: 'Of the request that asked for that capture, refund or void.' }),
  proposal: z
    .strictObject({
      outcome: openList(RESOLUTION_OUTCOMES),
      amount: money.optional(),
      reason: z.string(),
      evidence: z.string().optional(),
      by: z.string().openapi({ description: 'The subject of a token.' }),
      at: time,
      refused_at: time
        .optional()
        .openapi({ description: 'When who proposed it tried to confirm it, which is refused.' }),
    })
    .optional()
    .openapi({ description: 'What one person says became of it; another has to confirm.' }),
});

const nextAction = z.strictObject({
  kind: openList(ACTION_KINDS),
  value: z.string().optional().openapi({
    description:
      "The address to send the customer to, or the secret for the processor's script in the merchant's page. Only in answers about the one payment: lists, events, exports and the audit trail leave it out.",
  }),
  expires_at: time.openapi({
    description: 'The payment is canceled when the customer has not acted by then.',
  }),
});

/** A payment as it is published. */
export const payment = z
  .strictObject({
    id: paymentId,
    merchant_id: z.string(),
    idempotency_key: z.string(),
    amount: money,
    currency: z.string(),
    status: z.enum(PAYMENT_STATUSES),
    payment_method: z.string(),
    customer_id: z.string().optional(),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    capture_method: openList(CAPTURE_METHODS),
    authorized_amount: money,
    captured_amount: money,
    refunded_amount: money,
    authorized_until: time.optional().openapi({
      description:
        'When the processor lets what is authorized lapse; paywright voids it before that. Absent when the processor has not said so, and once nothing is held.',
    }),
    processor: z.string().optional().openapi({
      description:
        'Which processor the charge goes to, for good; absent from payments of before it was kept.',
    }),
    processor_id: z.string().optional().openapi({
      description: 'What the processor calls the charge; absent until it has said so.',
    }),
    reserved_amount: money
      .optional()
      .openapi({ description: 'What captures or refunds under way hold; absent when none is.' }),
    reserved_refund_amount: money.optional().openapi({
      description:
        'Of an authorized payment: the part of `reserved_amount` that refunds under way hold; absent when none is.',
    }),
    closing: z.literal(true).optional().openapi({ description: 'A final capture or a void is under way.' }),
    failure: z.strictObject({ code: z.string(), message: z.string() }).optional(),
    next_action: nextAction.optional().openapi({
      description: 'What the processor waits for the customer to do; of a payment that is `requires_action`.',
    }),
    attention: attention.optional().openapi({
      description:
        'Why people have to look: what the processor says is not what it was asked for, or is not on record. Nothing moves in the books because of it.',
    }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('Payment');

/** A transaction as it is published. */
export const transaction = z
  .strictObject({
    id: transactionId,
    payment_id: paymentId,
    type: openList(['authorization', 'capture', 'refund', 'void']),
    amount: money,
    currency: z.string(),
    status: z.enum(['pending', 'succeeded', 'failed', 'settled']),
    processor_id: z.string().optional(),
    response_code: z.string().optional(),
    response_text: z.string().optional(),
    fee_amount: z.int().optional().openapi({
      format: 'int64',
      description: 'What the processor kept of the amount, or below zero gave back.',
    }),
    reason: z.string().optional(),
    processed_at: time.optional(),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('Transaction');

export const paymentWithTransactions = z
  .strictObject({ ...payment.shape, transactions: z.array(transaction) })
  .openapi('PaymentWithTransactions');

const count = z.int().min(0);
const sum = z.int().min(0).openapi({ format: 'int64' });

/** What payments of each currency come to. */
export const currencySums = z
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
  .openapi({ description: 'By currency code; amounts of two currencies are never added.' });

export const paymentPage = listPage(payment)
  .extend({
    total: z.int().min(0).optional().openapi({ description: 'With `include=total`.' }),
    by_currency: currencySums
      .optional()
      .openapi({ description: 'What `total` adds up to, with `include=total`.' }),
  })
  .openapi('PaymentPage');

export const batchResults = z
  .strictObject({
    results: z.array(
      z.strictObject({
        index: z.int().min(0),
        status: z.int().openapi({ description: 'The status this item would have had alone.' }),
        payment: payment.optional(),
        problem: problem.optional(),
      }),
    ),
    succeeded: z.int().min(0).openapi({ description: 'Items with a status of 2xx.' }),
    failed: z.int().min(0),
  })
  .openapi('BatchResults');
