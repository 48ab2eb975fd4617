import { z } from '@hono/zod-openapi';
import { FRAUD_STATUSES } from '../../../domain/approvals/fraud.ts';
import { REVIEW_OUTCOMES } from '../../../domain/approvals/fraud-review.ts';
import { VENDOR_PAYMENT_STATUSES } from '../../../domain/approvals/vendor-payment.ts';
import { FORWARD, isForward, reportDays, reportFormat, reportInterval } from '../server/report-input.ts';
import { openList, time } from '../server/schemas.ts';
import { uuid } from './vendor-payment-schemas.ts';

/** The query of the reports of days, as text. */
export const daysQuery = z.strictObject({ ...reportDays, ...reportFormat }).refine(isForward, FORWARD);

/** The query of `GET /approvals/reports/payouts`, as text. */
export const payoutsQuery = z
  .strictObject({
    ...reportDays,
    interval: reportInterval.openapi({ default: 'month' }),
    vendorId: uuid.optional(),
    ...reportFormat,
  })
  .refine(isForward, FORWARD);

const days = { from: z.string(), to: z.string() };
const count = z.int().min(0);
const cents = z.int().min(0).openapi({ format: 'int64' });
const currency = z.string();
const seconds = z.number().min(0);
const serviceType = z
  .string()
  .nullable()
  .openapi({ description: 'Null where the metadata of the payment name none.' });

/** Payouts by interval and vendor. A row's fields are the columns of its CSV. */
export const payoutReport = z
  .strictObject({
    ...days,
    interval: z.string(),
    rows: z.array(
      z.strictObject({
        date: z.string(),
        begin: time,
        end: time,
        vendorId: z.string(),
        currency,
        count,
        paidCents: cents,
        openCents: cents.openapi({ description: 'Waiting for approval, approved or processing.' }),
        failedCents: cents,
        cancelledCents: cents,
      }),
    ),
  })
  .openapi('PayoutReport');

/** What incidents cost. A row's fields are the columns of its CSV. */
export const incidentReport = z
  .strictObject({
    ...days,
    rows: z.array(
      z.strictObject({
        incidentId: z.string(),
        serviceType,
        currency,
        payments: count.openapi({ description: 'Without those that were cancelled.' }),
        costCents: cents,
        paidCents: cents,
      }),
    ),
    services: z.array(
      z.strictObject({
        serviceType,
        currency,
        incidents: count,
        costCents: cents,
        paidCents: cents,
        averageCents: cents.openapi({ description: 'Of an incident, half a cent rounded up.' }),
      }),
    ),
  })
  .openapi('IncidentReport');

const times = {
  approvals: count,
  rejections: count,
  p50Seconds: seconds.openapi({
    description: 'From when the payment was asked for; half of them took no longer.',
  }),
  p95Seconds: seconds,
  longestSeconds: seconds,
};

/** How long people took. A row's fields are the columns of its CSV. */
export const approverReport = z
  .strictObject({
    ...days,
    rows: z.array(z.strictObject({ approver: z.string(), ...times })),
    all: z.strictObject(times).nullable().openapi({ description: 'Null where nothing was decided.' }),
  })
  .openapi('ApproverReport');

/** What became of payments by risk. A row's fields are the columns of its CSV. */
export const fraudReport = z
  .strictObject({
    ...days,
    rows: z.array(
      z.strictObject({
        fraudStatus: openList(FRAUD_STATUSES),
        reviewOutcome: openList(REVIEW_OUTCOMES).nullable(),
        status: openList(VENDOR_PAYMENT_STATUSES),
        currency,
        count,
        amountCents: cents,
        unscored: count.openapi({ description: 'The scorer gave no answer in time.' }),
        averageScore: z.number().min(0).max(1).nullable(),
      }),
    ),
  })
  .openapi('FraudReport');
