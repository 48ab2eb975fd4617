import { z } from '@hono/zod-openapi';
import { ACCEPTED_CURRENCIES, LIMIT_CURRENCY } from '../../../domain/kernel/currency.ts';
import { email as mailbox, plainText } from '../server/person-schemas.ts';
import { currency, fitsSealed, listPage, MUST_FIT_SEALED, paging } from '../server/schemas.ts';
import { publishedMapping, settlementMappings } from './settlement-mapping-schemas.ts';

const merchantId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, dashes or underscores')
  .openapi({ description: "The tenant's own; it never changes.", example: 'merchant-789' });

const name = plainText(200).openapi({ example: 'Café Zürich' });

const email = mailbox.pipe(z.email('must be an email address')).openapi({ example: 'owner@example.com' });

const status = z.enum(['active', 'suspended']).openapi({
  description:
    'No payments, captures or transfers begin in the name of a suspended merchant; it still refunds, voids and reads.',
});

const statusReason = plainText(500).min(1).openapi({
  description:
    'Why the merchant is suspended, beside `status: suspended` alone. It is in the audit trail, read by the merchant too, and gone once it is resumed.',
  example: 'Documents of the owner are awaited.',
});

type Standing = Readonly<{ status?: string | undefined; status_reason?: string | undefined }>;

const standsBySuspension = ({ status, status_reason }: Standing): boolean =>
  status_reason === undefined || status === 'suspended';

const WITHOUT_SUSPENSION = { path: ['status_reason'], message: 'goes with the `status` suspended' };

const MOST_FEATURES = 50;

const features = z
  .array(
    z
      .string()
      .regex(
        /^[a-z0-9_.-]{1,64}$/,
        'must be 1 to 64 lower-case letters, digits, dots, dashes or underscores',
      ),
  )
  .max(MOST_FEATURES)
  .refine((names) => new Set(names).size === names.length, 'must not name a feature twice')
  .openapi({ uniqueItems: true, example: ['exports'] });

const MOST_PAYMENTS = 1_000_000_000;
/** More say nothing that the first do not. */
const MOST_FAULTS = 100;

const limitOf = (most: number) => z.int().min(0).max(most).optional();

const isAccepted = (code: string): boolean => ACCEPTED_CURRENCIES.some((each) => each === code);

const limitsByCurrency = z
  .record(z.string(), limitOf(Number.MAX_SAFE_INTEGER).unwrap().nullable())
  .superRefine((limits, context) => {
    const unknown = Object.keys(limits).filter((code) => code === LIMIT_CURRENCY || !isAccepted(code));
    for (const code of unknown.slice(0, MOST_FAULTS))
      context.addIssue({
        code: 'custom',
        path: [code],
        message:
          code === LIMIT_CURRENCY
            ? 'is given as `max_payment_amount`'
            : 'must be the code of an ISO 4217 currency in use, in upper case',
      });
  })
  .openapi({
    description:
      `In minor units of each currency other than ${LIMIT_CURRENCY}; 0 sets no limit in it, null takes its limit away. No currency is ` +
      `converted: a merchant that has any limit of an amount takes payments in ${LIMIT_CURRENCY} and in the currencies named here, and others are ` +
      'refused with `amount_over_limit`. Absent: there is no such limit, or `max_payment_amount` was set by an earlier version and ' +
      'counts in minor units of whatever currency a payment has, until one of both is set again.',
    example: { EUR: 900_000, JPY: 1_500_000 },
  });

const rateLimits = z
  .strictObject({
    payments_per_minute: limitOf(MOST_PAYMENTS),
    payments_per_day: limitOf(MOST_PAYMENTS).openapi({ description: 'Days are UTC.' }),
    max_payment_amount: limitOf(Number.MAX_SAFE_INTEGER).openapi({
      format: 'int64',
      description: `In minor units of ${LIMIT_CURRENCY}.`,
    }),
    max_payment_amounts: limitsByCurrency.optional(),
  })
  .openapi('RateLimits', {
    description: '0 sets no limit. A limit that is not named stays as it is, 0 for a new merchant.',
    example: {
      payments_per_minute: 600,
      payments_per_day: 100_000,
      max_payment_amount: 1_000_000,
      max_payment_amounts: { EUR: 900_000, JPY: 1_500_000 },
    },
  });

const refundsNeedBalance = z.boolean().openapi({
  description:
    'Refuses refunds that the available balance does not cover (`insufficient_funds`). Otherwise a refund may take the balance below zero, when its money was sent on before.',
});

const settlementTolerances = z.partialRecord(currency, z.int().min(0).max(Number.MAX_SAFE_INTEGER)).openapi({
  description:
    'How far an amount or a fee in a file of a processor may differ from ours and still match, in minor units of each currency; ' +
    '0 in others. All of them: an empty object takes them away.',
  example: { USD: 5 },
});

const settlementDelayDays = z
  .int()
  .min(0)
  .max(90)
  .openapi({
    description:
      'After so many days since the processor took it a transaction that no file has named is `missing_there`, and until then ' +
      '`expected`. 3 where none is set.',
  });

const resolutionLimits = z.partialRecord(currency, z.int().min(0).max(Number.MAX_SAFE_INTEGER)).openapi({
  description:
    'Up to which amounts one person resolves an exception alone, in minor units of each currency; above, a second person ' +
    'confirms. Once any is set, so does every amount of a currency that is not named. All of them: an empty object takes them away.',
  example: { USD: 10_000 },
});

const MOST_PAIRS = 20;

const processorConfig = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
    z.string().min(1).max(4_096),
  )
  .refine((pairs) => Object.keys(pairs).length <= MOST_PAIRS, `must have at most ${MOST_PAIRS} pairs`)
  .refine(fitsSealed, MUST_FIT_SEALED)
  .openapi({
    maxProperties: MOST_PAIRS,
    description:
      'What the processor must know to act for the merchant, at most 96 KiB of JSON. Kept encrypted, opened for the calls to the processor, and in no answer. The simulator takes `simulate`: the `payment_method` that cards, bank accounts and stored methods of the merchant then behave as.',
    example: { account: 'acct_1001' },
  });

/** The body of `POST /merchants`. */
export const newMerchant = z
  .strictObject({
    id: merchantId,
    name,
    email,
    status: status.optional(),
    status_reason: statusReason.optional(),
    features: features.optional(),
    rate_limits: rateLimits.optional(),
    refunds_need_balance: refundsNeedBalance.optional(),
    settlement_tolerances: settlementTolerances.optional(),
    settlement_mappings: settlementMappings.optional(),
    settlement_delay_days: settlementDelayDays.optional(),
    resolution_limits: resolutionLimits.optional(),
    processor_config: processorConfig.optional(),
  })
  .refine(standsBySuspension, WITHOUT_SUSPENSION)
  .openapi('NewMerchant', {
    example: {
      id: 'merchant-789',
      name: 'Café Zürich',
      email: 'owner@example.com',
      rate_limits: { payments_per_minute: 600 },
    },
  });

/** The body of `PATCH /merchants/{id}`. */
export const merchantChange = z
  .strictObject({
    name: name.optional(),
    email: email.optional(),
    status: status.optional(),
    status_reason: statusReason.optional(),
    features: features.optional(),
    rate_limits: rateLimits.optional(),
    refunds_need_balance: refundsNeedBalance.optional(),
    settlement_tolerances: settlementTolerances.optional(),
    settlement_mappings: settlementMappings.optional(),
    settlement_delay_days: settlementDelayDays.optional(),
    resolution_limits: resolutionLimits.optional(),
    processor_config: processorConfig.nullable().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .refine(standsBySuspension, WITHOUT_SUSPENSION)
  .openapi('MerchantChange', {
    minProperties: 1,
    description: 'What is not named stays as it is. A `processor_config` of null is taken away.',
    example: { status: 'suspended', status_reason: 'Documents of the owner are awaited.' },
  });

/** The query of `GET /merchants`, as text. */
export const merchantsQuery = z.strictObject(paging);

const count = z.int().min(0);

/** A merchant as it is published. */
export const merchant = z
  .strictObject({
    id: merchantId,
    name: z.string(),
    email: z.string(),
    status,
    status_reason: z
      .string()
      .optional()
      .openapi({ description: 'Why it is suspended. Absent: none was given.' }),
    features: z.array(z.string()),
    rate_limits: z.strictObject({
      payments_per_minute: count,
      payments_per_day: count,
      max_payment_amount: count.openapi({ format: 'int64' }),
      max_payment_amounts: z.record(z.string(), count.openapi({ format: 'int64' })).optional(),
    }),
    refunds_need_balance: z.literal(true).optional().openapi({ description: 'Absent: no.' }),
    settlement_tolerances: z.record(z.string(), count.openapi({ format: 'int64' })).optional(),
    settlement_mappings: z.record(z.string(), publishedMapping).optional(),
    settlement_delay_days: count.optional().openapi({ description: 'Absent: 3.' }),
    resolution_limits: z.record(z.string(), count.openapi({ format: 'int64' })).optional(),
    version: z.int(),
    created_at: z.string().openapi({ format: 'date-time' }),
    updated_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('Merchant');

export const merchantPage = listPage(merchant).openapi('MerchantPage');
