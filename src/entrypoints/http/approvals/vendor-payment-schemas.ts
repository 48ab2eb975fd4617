import { z } from '@hono/zod-openapi';
import { FRAUD_STATUSES } from '../../../domain/approvals/fraud.ts';
import { REVIEW_OUTCOMES } from '../../../domain/approvals/fraud-review.ts';
import { isDescription, MOST_LINE_ITEMS } from '../../../domain/approvals/line-item.ts';
import { PAYER_TYPES, VENDOR_PAYMENT_STATUSES } from '../../../domain/approvals/vendor-payment.ts';
import { CURRENCY, MOST_METADATA_CHARACTERS } from '../../../domain/approvals/vendor-payment-order.ts';
import { day } from '../server/report-input.ts';
import { openList, time } from '../server/schemas.ts';

/** Either case is read; a pattern of the document cannot say so by a flag. */
const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

export const uuid = z
  .string()
  .regex(UUID, 'must be a UUID')
  .openapi({ format: 'uuid', example: '7d0f2f6e-5c0b-4f0e-9f43-0c1d2e3f4a5b' });

/** Characters are counted as Postgres does, by code point; blank text says nothing. */
export const textOf = (most: number) =>
  z
    .string()
    .regex(/\S/, 'must not be blank')
    .refine(
      (text) => text.length <= 2 * most && Array.from(text).length <= most,
      `must be at most ${most} characters`,
    )
    .openapi({ maxLength: most });

const cents = z.int().min(0).openapi({ format: 'int64', maximum: Number.MAX_SAFE_INTEGER });

const amountCents = z.int().min(1).openapi({
  format: 'int64',
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'The sum of quantity × unitPriceCents over all lines.',
});

/**
 * Overrides and isolates of bidirectional text, with which an amount or a payee reads as another, and what a terminal acts on and no
 * reader sees. JSON writes a control in six bytes: with them the largest payment would have no room on every storage.
 */
const UNREADABLE = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;

/** Whether approvers read a text as it is written. */
export const readsAsWritten = (text: string): boolean => !UNREADABLE.test(text);
export const MUST_READ_AS_WRITTEN = 'must not hold control characters or overrides of the direction of text';

export const description = z
  .string()
  .refine(isDescription, 'must be 1 to 255 characters')
  .refine(readsAsWritten, MUST_READ_AS_WRITTEN)
  .openapi({ minLength: 1, maxLength: 255 });

const newLineItem = z
  .strictObject({
    description,
    quantity: z.int().min(1).openapi({ format: 'int64', maximum: Number.MAX_SAFE_INTEGER }),
    unitPriceCents: cents,
  })
  .openapi('NewLineItem');

const newLineItems = z.array(newLineItem).min(1).max(MOST_LINE_ITEMS);

const metadata = z.record(z.string(), z.unknown()).openapi({
  type: 'object',
  additionalProperties: true,
  description: `Any JSON object of at most ${MOST_METADATA_CHARACTERS} characters.`,
});

/** The body of `POST /payments`. */
export const newVendorPayment = z
  .strictObject({
    incidentId: uuid,
    vendorId: uuid,
    payerType: z.enum(PAYER_TYPES),
    payerId: uuid.optional(),
    amountCents,
    currency: z
      .enum([CURRENCY], { error: `must be ${CURRENCY}` })
      .optional()
      .openapi({ default: CURRENCY }),
    lineItems: newLineItems,
    dueDate: day.optional().openapi({
      description: 'By when the vendor is to be paid, as its invoice says. It may be past.',
      example: '2026-03-31',
    }),
    metadata: metadata.optional(),
  })
  .openapi('NewVendorPayment', {
    example: {
      incidentId: '7d0f2f6e-5c0b-4f0e-9f43-0c1d2e3f4a5b',
      vendorId: '2b1f7c9a-8e64-4d0b-a1f2-3c4d5e6f7a8b',
      payerType: 'back_office',
      amountCents: 12_050,
      lineItems: [
        { description: 'Towing - Base Service', quantity: 1, unitPriceCents: 10_000 },
        { description: 'Mileage Charge', quantity: 10, unitPriceCents: 205 },
      ],
    },
  });

/** The body of `PATCH /payments/{id}`. */
export const vendorPaymentChange = z
  .strictObject({
    lineItems: newLineItems.optional(),
    amountCents: amountCents
      .optional()
      .openapi({ description: 'Absent, it is what the lines come to; with it they must agree.' }),
    dueDate: day.nullable().optional().openapi({ description: 'Null leaves it without one.' }),
    metadata: metadata.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .openapi('VendorPaymentChange', {
    minProperties: 1,
    description: 'What is not named stays as it is.',
    example: {
      lineItems: [{ description: 'Towing - Base Service', quantity: 1, unitPriceCents: 11_000 }],
      amountCents: 11_000,
    },
  });

const MOST_WORDS = 1_000;

/** The body of `POST /payments/{id}/approve`; it may be absent. */
export const approval = z
  .strictObject({
    notes: textOf(MOST_WORDS).optional(),
    termsHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the termsHash of a payment')
      .optional()
      .openapi({
        description: '`termsHash` as you read it: if the terms have changed since, the approval is refused.',
      }),
  })
  .openapi('Approve', { example: { notes: 'Checked against the photos' } });

/** The body of `POST /payments/{id}/reject`. */
export const rejection = z
  .strictObject({ reason: textOf(MOST_WORDS) })
  .openapi('Reject', { example: { reason: 'Paid already' } });

/** The body of `POST /payments/{id}/review`. */
export const review = z
  .strictObject({ outcome: z.enum(REVIEW_OUTCOMES), notes: textOf(MOST_WORDS).optional() })
  .openapi('Review', { example: { outcome: 'fraud', notes: 'The vendor knows nothing of the work' } });

const count = z.int().min(0);

/** The payment that a path names. */
export const paymentIdParameter = {
  schema: { type: 'string', format: 'uuid' },
  example: '01990000-0000-7000-8000-000000000001',
} as const;

/** A payment as it is published. */
export const vendorPayment = z
  .strictObject({
    paymentId: uuid,
    incidentId: uuid,
    vendorId: uuid,
    payerType: openList(PAYER_TYPES),
    payerId: uuid.optional(),
    amountCents,
    currency: z.string(),
    status: z.enum(VENDOR_PAYMENT_STATUSES),
    lineItems: z.array(
      z.strictObject({
        lineItemId: uuid,
        description: z.string(),
        quantity: z.int(),
        unitPriceCents: cents,
        totalCents: cents,
      }),
    ),
    dueDate: z.string().optional().openapi({
      description:
        'By when the vendor is to be paid: a calendar day (YYYY-MM-DD), the same in every time zone.',
      example: '2026-03-31',
    }),
    fraudScore: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .openapi({ description: 'Absent without a score. Not shown to vendors.' }),
    fraudStatus: openList(FRAUD_STATUSES).optional(),
    fraudReasons: z
      .array(z.strictObject({ code: z.string(), points: count, detail: z.string() }))
      .optional()
      .openapi({ description: 'What the score is made of, in thousandths.' }),
    fraudRules: z.string().optional().openapi({ description: 'The version of the rules that scored it.' }),
    fraudReview: z
      .strictObject({
        outcome: openList(REVIEW_OUTCOMES),
        by: z.string(),
        at: time,
        notes: z.string().optional(),
      })
      .optional()
      .openapi({ description: 'What a person found; the newest review stands.' }),
    approvals: z
      .array(
        z.strictObject({
          by: z.string(),
          roles: z.array(z.string()),
          at: time,
          notes: z.string().optional(),
          edition: count,
          termsHash: z.string(),
        }),
      )
      .optional(),
    awaited: z
      .strictObject({
        tier: count.openapi({ description: 'Its place among those of the policy, from 0.' }),
        approvals: count.openapi({ description: 'How many are still to be given, at the least.' }),
        roles: z.array(z.string()).openapi({ description: 'Whose would count.' }),
      })
      .optional()
      .openapi({
        description:
          'While it waits for approval, where it is read or listed for approvers: whose approval it lacks.',
      }),
    approvedBy: z.string().optional(),
    approvedAt: time.optional(),
    rejectedBy: z.string().optional(),
    rejectedAt: time.optional(),
    rejectedReason: z.string().optional(),
    payout: z
      .strictObject({ attempt: count, asks: count.optional(), dueAt: time.optional() })
      .optional()
      .openapi({
        description: 'How often it was begun, and while it is under way until when it is left alone.',
      }),
    processedAt: time.optional(),
    failedReason: z.string().optional(),
    processorReference: z.string().optional(),
    createdBy: z.string().optional(),
    changedBy: z.array(z.string()).optional(),
    edition: count
      .optional()
      .openapi({ description: 'Counts the changes of the terms, from 1; approvals are for one edition.' }),
    termsHash: z
      .string()
      .optional()
      .openapi({ description: 'SHA-256 of payee, amount, currency, lines, metadata and due date.' }),
    metadata: z
      .record(z.string(), z.unknown())
      .optional()
      .openapi({ type: 'object', additionalProperties: true }),
    version: count,
    createdAt: time,
    updatedAt: time,
  })
  .openapi('VendorPayment', {
    description:
      'Vendors read the terms, the status and when it changed: of people, notes, reasons and fraud they are shown nothing.',
  });

export const vendorPaymentPage = z
  .strictObject({
    payments: z.array(vendorPayment),
    pagination: z.strictObject({
      limit: count,
      count: count.openapi({ description: 'Of the payments on this page.' }),
      nextCursor: z.string().nullable().openapi({ description: 'Null at the end.' }),
    }),
  })
  .openapi('VendorPaymentPage');
