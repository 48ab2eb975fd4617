import { z } from '@hono/zod-openapi';
import { jsonText } from '../../../domain/kernel/json.ts';
import {
  DAY_FORMS,
  MAPPING_NAME,
  ROW_TYPES,
  type SettlementMapping,
} from '../../../domain/merchants/settlement-mapping.ts';
import { plainText } from '../server/person-schemas.ts';
import { storedCurrency } from '../server/schemas.ts';

const MOST_WORDS = 100;
const MOST_FEES = 8;
const MOST_SKIPPED = 20;
const MOST_RECORDS_ABOVE = 50;
const MOST_MAPPINGS = 10;
/** A merchant is one record, which every payment reads. */
const MOST_CHARACTERS = 16_384;

const column = plainText(128).openapi({ description: 'As the header has it.', example: 'Gross amount' });
const word = plainText(128);

const type = z.enum(ROW_TYPES).openapi({ example: 'payment' });

const wordsOf = <Meaning extends z.ZodType>(meaning: Meaning) =>
  z
    .record(word, meaning)
    .refine((words) => Object.keys(words).length <= MOST_WORDS, `must have at most ${MOST_WORDS} words`);

const columns = z.strictObject({
  type: column.optional(),
  status: column.optional(),
  payment_id: column.optional(),
  transaction_id: column.optional(),
  processor_reference: column.optional(),
  amount: column,
  fees: z.array(column).min(1).max(MOST_FEES).optional().openapi({
    description: 'Of each row they are added up. An empty cell is none.',
  }),
  currency: column.optional(),
  settlement_date: column,
  reference: column.optional(),
  payout_id: column.optional(),
  bank_reference: column.optional(),
});

const amounts = z
  .strictObject({
    unit: z.enum(['minor', 'decimal'], { error: 'must be minor or decimal' }),
    decimal: z.enum(['.', ','], { error: 'must be . or ,' }).optional(),
    thousands: z.enum([',', '.', ' ', "'"], { error: "must be one of , . ' or a space" }).optional(),
    signed: z.boolean().optional(),
  })
  .refine(({ unit, decimal }) => unit === 'decimal' || decimal === undefined, {
    path: ['decimal'],
    message: 'is for amounts whose unit is decimal',
  })
  .refine(({ unit, decimal = '.', thousands }) => unit === 'minor' || thousands !== decimal, {
    path: ['thousands'],
    message: 'must not be the separator of decimals',
  })
  .openapi({
    description:
      'Decimals are read with the exponent of the currency, and no more of them; separators of thousands only where one is named. ' +
      '`signed`: refunds, chargebacks, fees and payouts are negative; else negative is what goes the other way, such as a fee given ' +
      'back, and no refund or chargeback.',
    example: { unit: 'decimal', decimal: ',', thousands: '.' },
  });

type MappingInput = Readonly<{
  columns: z.output<typeof columns>;
  fixed?: Readonly<{ type?: string | undefined; currency?: string | undefined }> | undefined;
  types?: object | undefined;
  statuses?: object | undefined;
}>;

/** How one kind of settlement file is read. */
export const settlementMapping = z
  .strictObject({
    delimiter: z.enum([',', ';', '\t'], { error: 'must be a comma, a semicolon or a tab' }).optional(),
    records_before_header: z.int().min(0).max(MOST_RECORDS_ABOVE).optional(),
    columns,
    fixed: z.strictObject({ type: type.optional(), currency: storedCurrency.optional() }).optional(),
    types: wordsOf(type).optional(),
    statuses: wordsOf(z.enum(['settled', 'failed'], { error: 'must be settled or failed' })).optional(),
    amounts,
    dates: z.enum(DAY_FORMS).openapi({
      description: 'A time of day behind the day is left out.',
    }),
    skip: z
      .array(z.strictObject({ column, equals: word }))
      .max(MOST_SKIPPED)
      .optional()
      .openapi({ description: 'Rows that are none, such as totals.' }),
  })
  .superRefine((mapping: MappingInput, context) => {
    for (const [path, message] of disagreements(mapping))
      context.addIssue({ code: 'custom', path: [...path], message });
  })
  .openapi('SettlementMapping', {
    description: 'What the columns and words of one kind of settlement file mean.',
    example: {
      delimiter: ';',
      columns: {
        type: 'Kind',
        payment_id: 'Order',
        transaction_id: 'Reference',
        amount: 'Gross',
        fees: ['Fee', 'Scheme fee'],
        settlement_date: 'Value date',
        payout_id: 'Payout',
      },
      fixed: { currency: 'EUR' },
      types: { sale: 'payment', refund: 'refund' },
      amounts: { unit: 'decimal', decimal: ',', thousands: '.' },
      dates: 'DD.MM.YYYY',
      skip: [{ column: 'Kind', equals: 'Total' }],
    },
  });

type Disagreement = readonly [path: readonly string[], message: string];

/** A column and its words belong together, and what no column says is fixed. */
const disagreements = ({ columns, fixed, types, statuses }: MappingInput): readonly Disagreement[] => [
  ...((columns.type === undefined) === (fixed?.type === undefined)
    ? [[['columns', 'type'], 'must be named, or `fixed.type`, and not both'] as const]
    : []),
  ...((columns.type === undefined) === (types === undefined)
    ? []
    : [[['types'], 'must say what the words of `columns.type` mean, and is for no other'] as const]),
  ...((columns.status === undefined) === (statuses === undefined)
    ? []
    : [[['statuses'], 'must say what the words of `columns.status` mean, and is for no other'] as const]),
  ...((columns.currency === undefined) === (fixed?.currency === undefined)
    ? [[['columns', 'currency'], 'must be named, or `fixed.currency`, and not both'] as const]
    : []),
];

/** What was parsed, as the domain has it: JSON has no field that is undefined. */
export const mappingIn = (parsed: z.output<typeof settlementMapping>): SettlementMapping =>
  parsed as SettlementMapping;

/** Names a mapping of the merchant's. */
export const mappingName = z
  .string()
  .regex(MAPPING_NAME, 'must be 1 to 64 lower-case letters, digits, dashes or underscores');

/** All mappings of a merchant, by name. */
export const settlementMappings = z
  .record(mappingName, settlementMapping)
  .refine(
    (mappings) => Object.keys(mappings).length <= MOST_MAPPINGS,
    `must have at most ${MOST_MAPPINGS} mappings`,
  )
  .refine(
    (mappings) => jsonText(mappings).length <= MOST_CHARACTERS,
    `must be at most ${MOST_CHARACTERS} characters of JSON`,
  )
  .openapi({
    maxProperties: MOST_MAPPINGS,
    description:
      'How the merchant’s settlement files of the source `mapped` are read, by the name that `POST /reconciliations` chooses one by. ' +
      'All of them: an empty object takes them away. A reconciliation keeps the mapping that its file is read with.',
  });

/** A mapping in an answer, which closes no list of words that a later version may add to. */
export const publishedMapping = z
  .record(z.string(), z.unknown())
  .openapi({ description: 'A `SettlementMapping`, as it was given.' });
