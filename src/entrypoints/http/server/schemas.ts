import { z } from '@hono/zod-openapi';
import { CURRENCY_CODES } from '../../../domain/kernel/currency.ts';
import { PAYMENT_STATUSES } from '../../../domain/payments/payment.ts';

export const currency = z
  .enum(CURRENCY_CODES, { error: 'must be the code of an ISO 4217 currency in use, in upper case' })
  .openapi({ description: 'ISO 4217 code, upper case.', example: 'USD' });

export const customerId = z
  .string()
  .regex(/^cus_[0-9a-f]{32}$/, 'must be the id of a customer')
  .openapi({ example: 'cus_01990000000070008000000000000001' });

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .openapi({ example: 'order-1001' });

const MOST_PAIRS = 50;

export const metadata = z
  .record(z.string().min(1).max(40), z.string().max(500))
  .refine((pairs) => Object.keys(pairs).length <= MOST_PAIRS, `must have at most ${MOST_PAIRS} pairs`)
  .openapi({ maxProperties: MOST_PAIRS, example: { order: '1001' } });

export const amount = z.int().min(1).openapi({
  format: 'int64',
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'In minor units of the currency: 1250 is USD 12.50 or JPY 1250.',
});

const captureMethod = z.enum(['automatic', 'manual']);

const status = z.enum(PAYMENT_STATUSES);

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

export const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^(?:0|[1-9]\d{0,15})$/, 'must be a whole number')
    .refine((text) => Number(text) <= most, `must be at most ${most}`);

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** To the millisecond, the finest that payments are told apart by. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2})$/;

const date = z
  .string()
  .refine(
    (text) =>
      DAY.test(text)
        ? z.iso.date().safeParse(text).success
        : MOMENT.test(text) && z.iso.datetime({ offset: true }).safeParse(text).success,
    'must be a day (YYYY-MM-DD) or an RFC 3339 time that exists',
  )
  .openapi({ anyOf: [{ format: 'date' }, { format: 'date-time' }], example: '2026-03-01' });

const from = date.optional().openapi({ description: 'Created at or after; a day begins at 00:00 UTC.' });
const to = date
  .optional()
  .openapi({ description: 'Created at or before; a day ends with its last millisecond.' });

/** A range of creation times, as text. */
export const period = { start_date: from, end_date: to };

/** What payments can be chosen by, as text. */
export const paymentFilter = {
  status: status.optional(),
  customer_id: customerId.optional(),
  currency: currency.optional(),
  ...period,
  min_amount: wholeNumber(Number.MAX_SAFE_INTEGER)
    .optional()
    .openapi({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  max_amount: wholeNumber(Number.MAX_SAFE_INTEGER)
    .optional()
    .openapi({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
};

/** What every list takes, as text. */
export const paging = {
  limit: wholeNumber(100)
    .refine((text) => text !== '0', 'must be at least 1')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 100, default: 20 }),
  cursor: z.string().min(1).max(512).optional().openapi({ description: '`next_cursor` of the page before.' }),
};

/** The query of `GET /payments`, as text. */
export const listQuery = z.strictObject({
  ...paymentFilter,
  ...paging,
  include: z
    .enum(['total'], { error: 'must be `total`' })
    .optional()
    .openapi({ description: '`total` counts every payment that matches, on all pages.' }),
});

const paymentId = z.string().regex(/^pay_[0-9a-f]{32}$/);
const money = z.int().min(0).openapi({ format: 'int64' });
export const time = z.string().openapi({ format: 'date-time' });

/** A payment as it is published. */
export const payment = z
  .strictObject({
    id: paymentId,
    merchant_id: z.string(),
    idempotency_key: z.string(),
    amount: money,
    currency: z.string(),
    status,
    payment_method: z.string(),
    customer_id: z.string().optional(),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    capture_method: captureMethod,
    authorized_amount: money,
    captured_amount: money,
    refunded_amount: money,
    reserved_amount: money
      .optional()
      .openapi({ description: 'What captures or refunds under way hold; absent when none is.' }),
    closing: z.literal(true).optional().openapi({ description: 'A final capture or a void is under way.' }),
    failure: z.strictObject({ code: z.string(), message: z.string() }).optional(),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('Payment');

/** A transaction as it is published. */
export const transaction = z
  .strictObject({
    id: z.string().regex(/^txn_[0-9a-f]{32}$/),
    payment_id: paymentId,
    type: z.enum(['authorization', 'capture', 'refund', 'void']),
    amount: money,
    currency: z.string(),
    status: z.enum(['pending', 'succeeded', 'failed', 'settled']),
    processor_id: z.string().optional(),
    response_code: z.string().optional(),
    response_text: z.string().optional(),
    fee_amount: money.optional().openapi({ description: 'What the processor kept of the amount.' }),
    reason: z.string().optional(),
    processed_at: time.optional(),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('Transaction');

export const paymentWithTransactions = payment
  .extend({ transactions: z.array(transaction) })
  .openapi('PaymentWithTransactions');

export const paymentPage = z
  .strictObject({
    items: z.array(payment),
    next_cursor: z.string().nullable().openapi({ description: 'Null at the end.' }),
    has_more: z.boolean(),
    total: z.int().min(0).optional().openapi({ description: 'With `include=total`.' }),
  })
  .openapi('PaymentPage');

export const problem = z
  .strictObject({
    type: z.string().openapi({ format: 'uri-reference' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().regex(/^[a-z_]+$/),
    request_id: z.string(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    payment_id: paymentId.optional(),
    transaction_id: z.string().optional(),
  })
  .openapi('Problem');

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

export const liveness = z.strictObject({ status: z.literal('ok') }).openapi('Liveness');
export const readiness = z
  .strictObject({ status: z.literal('ready'), storage: z.string() })
  .openapi('Readiness');
