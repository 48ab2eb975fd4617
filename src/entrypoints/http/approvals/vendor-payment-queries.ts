import { z } from '@hono/zod-openapi';
import { VENDOR_PAYMENT_STATUSES } from '../../../domain/approvals/vendor-payment.ts';
import { present } from '../../../domain/kernel/present.ts';
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

/** The query of `GET /payments`, as text. */
export const vendorPaymentsQuery = z
  .strictObject({
    vendorId: uuid.optional(),
    incidentId: uuid.optional(),
    status: z.enum(VENDOR_PAYMENT_STATUSES).optional(),
    ...paging,
  })
  .refine(oneWay, ONE_WAY);

/** The query of the lists for approvers, as text. */
export const reviewQuery = z.strictObject(paging).refine(oneWay, ONE_WAY);

/** How long a page is, and where it begins. */
export const pageAsked = ({ limit, cursor, offset }: Paging) => ({
  limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
  ...present({ cursor }),
  ...(offset === undefined ? {} : { offset: Number(offset) }),
});
