import { z } from '@hono/zod-openapi';
import { DEFAULTS, type EstimateRequest, MOST } from '../../../domain/cost/estimate.ts';
import { fraction, parseFraction } from '../../../domain/cost/fraction.ts';
import { PRICES } from '../../../domain/cost/prices.ts';
import { RECOMMENDED_ACTIONS } from '../../../domain/cost/recommendations.ts';
import { PRESETS } from '../../../domain/cost/request-units.ts';
import { type MerchantId, parseMerchantId } from '../../../domain/kernel/ids.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Fields } from '../server/list-input.ts';
import { openList, wholeNumber } from '../server/schemas.ts';

const count = (most: bigint, fallback: bigint, description: string) =>
  wholeNumber(Number(most))
    .optional()
    .openapi({
      type: 'integer',
      minimum: 0,
      maximum: Number(most),
      default: Number(fallback),
      description,
    });

const perTransaction = (fallback: number, description: string) =>
  z
    .string()
    .regex(/^\d{1,5}(?:\.\d{1,6})?$/, 'must be a decimal such as 5.2, of at most 6 places')
    .refine((text) => Number(text) <= Number(MOST.perTransaction), `must be at most ${MOST.perTransaction}`)
    .optional()
    .openapi({ example: '5.2', description: `${description}; ${fallback} without it.` });

const atLeastOne = (most: number, fallback: number, description: string) =>
  wholeNumber(most)
    .refine((text) => text !== '0', 'must be at least 1')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: most, default: fallback, description });

const { usage } = DEFAULTS;

const asked = {
  preset: z.enum(PRESETS).optional().openapi({
    default: DEFAULTS.preset,
    description:
      '`paywright` takes what its own operations were measured to take; `classic-2024` is a formula that is kept to compare with, at prices of 2024.',
  }),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'must be the name of a region')
    .optional()
    .openapi({
      default: DEFAULTS.region,
      description: `Whose prices: ${Object.keys(PRICES.regions).join(', ')}.`,
      example: 'eu-west-1',
    }),
  regions: atLeastOne(Number(MOST.regions), Number(usage.regions), 'How many regions hold the table.'),
  transactions_per_month: count(MOST.transactionsPerMonth, usage.transactionsPerMonth, 'Payments taken.'),
  queries_per_transaction: perTransaction(5.2, 'How often each payment is read'),
  refunds_per_transaction: perTransaction(0.02, 'Refunds, of the preset `paywright` alone'),
  retention_days: count(MOST.retentionDays, usage.retentionDays, 'How long payments are kept.'),
  utilisation: atLeastOne(
    100,
    50,
    'Of provisioned capacity, and of Aurora’s, how many percent are used on average.',
  ),
};

/** What is asked for, as text: a query of HTTP or the options of a command. */
export const costQuery = z
  .strictObject({
    ...asked,
    merchant_id: z
      .string()
      .refine((text) => parseMerchantId(text) !== undefined, 'must be the id of a merchant')
      .optional()
      .openapi({
        description: 'Whose transactions of the last 30 whole days (UTC) are counted, in place of a number.',
      }),
  })
  .refine(
    ({ merchant_id, transactions_per_month }) =>
      merchant_id === undefined || transactions_per_month === undefined,
    { path: ['transactions_per_month'], error: 'must not stand beside merchant_id' },
  );

/** A query as the use case takes it. */
export const costRequest = ({
  merchant_id,
  ...query
}: Fields<typeof asked> & Readonly<{ merchant_id?: string | undefined }>): EstimateRequest &
  Readonly<{ merchantId?: MerchantId }> => ({
  preset: query.preset ?? DEFAULTS.preset,
  region: query.region ?? DEFAULTS.region,
  utilisation:
    query.utilisation === undefined ? DEFAULTS.utilisation : { of: BigInt(query.utilisation), over: 100n },
  usage: {
    transactionsPerMonth: wholeOf(query.transactions_per_month) ?? usage.transactionsPerMonth,
    queriesPerTransaction: parseFraction(query.queries_per_transaction ?? '') ?? usage.queriesPerTransaction,
    refundsPerTransaction: parseFraction(query.refunds_per_transaction ?? '') ?? usage.refundsPerTransaction,
    retentionDays: wholeOf(query.retention_days) ?? usage.retentionDays,
    regions: wholeOf(query.regions) ?? usage.regions,
  },
  ...present({ merchantId: merchant_id === undefined ? undefined : parseMerchantId(merchant_id) }),
});

const wholeOf = (text: string | undefined): bigint | undefined =>
  text === undefined ? undefined : fraction(text).of;

const money = z.number().min(0);
const units = z.number().min(0);

const bill = {
  monthly_total: money.openapi({ description: 'Of all items, rounded to a cent.' }),
  yearly_total: money.openapi({ description: 'Twelve months of them, rounded to a cent.' }),
  items: z
    .record(z.string(), z.strictObject({ monthly: money, yearly: money }))
    .openapi({ description: 'In dollars, to nine places; the total is what they add up to.' }),
};

export const costEstimate = z
  .strictObject({
    preset: openList(PRESETS),
    region: z.string(),
    prices_as_of: z.string().openapi({ format: 'date' }),
    prices_source: z.string(),
    capacity_measured_on: z.string().optional().openapi({
      format: 'date',
      description: 'Of what requests take of DynamoDB; absent where that is a formula’s, and not measured.',
    }),
    usage: z.strictObject({
      transactions_per_month: z.int().min(0),
      queries_per_transaction: units,
      refunds_per_transaction: units,
      retention_days: z.int().min(0),
      regions: z.int().min(1),
      utilisation: units,
    }),
    ...bill,
    per_transaction: money.openapi({ description: 'The monthly total over the transactions; 0 of none.' }),
    requests: z
      .record(
        z.string(),
        z.strictObject({
          write_units: units,
          index_write_units: units,
          read_units: units,
          index_read_units: units,
          stream_reads: units,
          stored_bytes: units,
          cost: money.openapi({ description: 'Of its units, paid for by the request.' }),
        }),
      )
      .openapi({ description: 'What one request of each kind takes.' }),
    provisioned: z.strictObject({
      ...bill,
      cheaper_from_utilisation: units.openapi({
        description: 'The part of capacity for writes that must be used, for it to cost less than requests.',
      }),
    }),
    aurora: z.strictObject({
      ...bill,
      capacity_measured_on: z.string().openapi({
        format: 'date',
        description:
          'Of what a payment leaves in PostgreSQL’s log and tables, which is in this bill whatever the preset. How many payments a capacity unit takes is assumed.',
      }),
      cheaper_from_transactions_per_month: z
        .int()
        .min(1)
        .optional()
        .openapi({ description: 'Absent where requests to DynamoDB cost less of any number.' }),
    }),
    recommendations: z
      .array(
        z.strictObject({
          action: openList(RECOMMENDED_ACTIONS),
          monthly_saving: money,
          yearly_saving: money,
          says: z.string(),
          wrong_when: z.string(),
        }),
      )
      .openapi({ description: 'What saves the most first.' }),
  })
  .openapi('CostEstimate', {
    description: 'US dollars before taxes, free tiers and discounts. The bill at the top is on demand.',
  });
