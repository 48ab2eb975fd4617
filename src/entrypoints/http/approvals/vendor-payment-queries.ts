import { z } from '@hono/zod-openapi';
import { FRAUD_STATUSES, type FraudStatus } from '../../../domain/approvals/fraud.ts';
import { REVIEW_OUTCOMES, type ReviewOutcome } from '../../../domain/approvals/fraud-review.ts';
import { VENDOR_PAYMENT_STATUSES } from '../../../domain/approvals/vendor-payment.ts';
import type { RiskFilter } from '../../../domain/approvals/vendor-payment-filter.ts';
import { present } from '../../../domain/kernel/present.ts';
import { day, FORWARD, isForward } from '../server/report-input.ts';
import { FEWER, wholeNumber } from '../server/schemas.ts';
import { uuid } from './vendor-payment-schemas.ts';

const MOST_SKIPPED = 10_000;
const DEFAULT_LIMIT = 50;

const paging = {
  limit: wholeNumber(100)
    .refine((text) => text !== '0', 'must be at least 1')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: FEWER }),
  cursor: z.string().min(1).max(512).optional().openapi({ description: '`nextCursor` of the page before.' }),
  offset: wholeNumber(MOST_SKIPPED).optional().openapi({
    type: 'integer',
    minimum: 0,
    maximum: MOST_SKIPPED,
    description:
      'Passes over so many. While payments come and go, only a cursor meets each exactly once; not with one.',
  }),
};

type Paging = z.output<z.ZodObject<typeof paging>>;

const oneWay = ({ cursor, offset }: Paging): boolean => cursor === undefined || offset === undefined;
const ONE_WAY = { path: ['offset'], error: 'is not for use with a cursor' };

const OF_RISK =
  'Roles: dispatcher, admin. Payments to the person that asks are left out, and the others looked for: a page may have fewer than there are, or none, and yet a cursor.';

/** The query of `GET /payments`, as text. */
export const vendorPaymentsQuery = z
  .strictObject({
    vendorId: uuid.optional(),
    incidentId: uuid.optional(),
    status: z.enum(VENDOR_PAYMENT_STATUSES).optional(),
    from: day.optional().openapi({ description: 'Made on this day of UTC or later.', example: '2026-03-01' }),
    to: day.optional().openapi({ description: 'Made on this day of UTC or before.', example: '2026-03-31' }),
    fraudStatus: z.enum(FRAUD_STATUSES).optional().openapi({ description: OF_RISK }),
    reviewOutcome: z
      .enum([...REVIEW_OUTCOMES, 'none'])
      .optional()
      .openapi({ description: `What a review found; \`none\` where there was none. ${OF_RISK}` }),
    unscored: z
      .enum(['true'], { error: 'must be `true`' })
      .optional()
      .openapi({ description: `The scorer gave no answer in time. ${OF_RISK}` }),
    ...paging,
  })
  .refine(oneWay, ONE_WAY)
  .refine(isForward, FORWARD)
  .refine((query) => query.offset === undefined || riskAsked(query) === undefined, {
    path: ['offset'],
    error: 'is not for use with `fraudStatus`, `reviewOutcome` or `unscored`',
  });

type OfRisk = Readonly<{
  fraudStatus?: FraudStatus | undefined;
  reviewOutcome?: ReviewOutcome | 'none' | undefined;
  unscored?: 'true' | undefined;
}>;

/** The risk that a query asks for; undefined where it asks for none. */
export function riskAsked({ fraudStatus, reviewOutcome, unscored }: OfRisk): RiskFilter | undefined {
  const risk = present({ fraudStatus, reviewOutcome, unscored: unscored && (true as const) });
  return Object.keys(risk).length === 0 ? undefined : risk;
}

/** The query of the lists for approvers, as text. */
export const reviewQuery = z.strictObject(paging).refine(oneWay, ONE_WAY);

/** How long a page is, and where it begins. */
export const pageAsked = ({ limit, cursor, offset }: Paging) => ({
  limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
  ...present({ cursor }),
  ...(offset === undefined ? {} : { offset: Number(offset) }),
});
