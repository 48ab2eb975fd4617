import { z } from '@hono/zod-openapi';
import { ABSENCES } from '../../../domain/files/absences.ts';
import { FILE_SOURCES } from '../../../domain/files/file-sources.ts';
import { OUTCOMES } from '../../../domain/files/match-row.ts';
import { mappingName, publishedMapping } from '../merchants/settlement-mapping-schemas.ts';
import { listPage, paging, time } from '../server/schemas.ts';

const source = z.enum(FILE_SOURCES).openapi({
  description:
    'Whose columns the file has: `native` those of this service, `stripe` those of its itemised reports of payouts and of the ' +
    'balance, `adyen` those of its settlement details report, `mapped` those of a mapping of the merchant.',
});
const mapping = mappingName.optional().openapi({
  description: 'Which of the merchant’s `settlement_mappings` says what the columns of a `mapped` file mean.',
  example: 'acquirer',
});

const filename = z
  .string()
  .regex(/^[\w .()-]{1,128}$/, 'must be 1 to 128 letters, digits, spaces, `.`, `-`, `_` or parentheses')
  .openapi({ description: 'What the file is called in lists; it names nothing.' });

const isMappedByOne = ({ source, mapping }: Readonly<{ source: string; mapping?: string | undefined }>) =>
  (source === 'mapped') === (mapping !== undefined);
const NOT_MAPPED_BY_ONE = {
  path: ['mapping'],
  message: 'is for files whose source is mapped, and for all of them',
};

/** The query of `POST /reconciliations` with a file as its body. */
export const newReconciliation = z
  .strictObject({ source, mapping, filename: filename.optional() })
  .refine(isMappedByOne, NOT_MAPPED_BY_ONE);

/** The same as it is described: beside a body in JSON there is no query. */
export const describedReconciliationQuery = z.strictObject({
  source: source.optional(),
  mapping,
  filename: filename.optional(),
});
export const noQuery = z.strictObject({});

/** The body of `POST /reconciliations` for a file that is sent to a link. */
export const newUpload = z
  .strictObject({
    filename,
    source,
    mapping,
    bytes: z.int().min(1).optional().openapi({
      description:
        'How large the file is, where that is known: the link takes no more then. More than 1 GiB (1073741824) is refused with 413.',
    }),
  })
  .refine(isMappedByOne, NOT_MAPPED_BY_ONE)
  .openapi('NewReconciliationUpload', { example: { filename: 'settled-march.csv', source: 'native' } });

/** Where a file is to be sent. */
export const orderedUpload = z
  .strictObject({
    id: z.string().regex(/^rec_[0-9a-f]{32}$/),
    status: z.string(),
    upload_url: z.string().openapi({
      format: 'uri-reference',
      description: 'Takes the file by `PUT`, without a token. Relative to this API where it begins with `/`.',
    }),
    content_type: z.string().openapi({ description: 'The `Content-Type` to send, of a file in gzip too.' }),
    most_bytes: z.int().openapi({
      description:
        'What the link takes: 1 GiB, or the `bytes` that were named. A longer `Content-Length` is refused at once.',
    }),
    expires_at: time,
  })
  .openapi('ReconciliationUpload');

export const reconciliationsQuery = z.strictObject(paging);

const ASKED = [...OUTCOMES, ...ABSENCES] as const;

const outcome = z.enum(ASKED).openapi({
  description:
    'Of the rows of the file, which are all where none is named; or transactions that ought to be in it and are not, which are no rows.',
});

export const rowsQuery = z.strictObject({ ...paging, outcome: outcome.optional() });

const count = z.int().min(0);
const sum = { rows: count, amount: z.int(), fee: z.int() };

/** A reconciliation, as its merchant reads it. */
export const reconciliation = z
  .strictObject({
    id: z.string().regex(/^rec_[0-9a-f]{32}$/),
    merchant_id: z.string(),
    source: z.string(),
    mapping: publishedMapping.optional(),
    file: z.string(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .openapi({ description: 'Once the file is there.' }),
    bytes: count.optional(),
    file_kept_until: time.optional().openapi({
      description: 'From then on the file itself is gone; what became of its rows stays. Absent: it is kept.',
    }),
    upload_expires_at: time.optional().openapi({ description: 'Of a file that is to be sent to a link.' }),
    duplicate_of: z.string().optional().openapi({
      description: 'The reconciliation of the same bytes that there was when the file came by its link.',
    }),
    status: z.enum(['pending', 'processing', 'completed', 'failed']),
    error: z
      .strictObject({ code: z.string(), line: z.int().optional(), column: z.string().optional() })
      .optional()
      .openapi({ description: 'Why the file was refused, and where. Nothing of it was settled then.' }),
    counts: z
      .strictObject({
        rows: count.optional().openapi({ description: 'Once the file has been read to its end.' }),
        ...Object.fromEntries(ASKED.map((each) => [each, count])),
      })
      .openapi({
        description:
          'Those of rows add up to `rows` when the file is done. `expected` and `missing_there` are transactions that no file had ' +
          'settled when this one ended: they are no rows.',
      }),
    sums: z
      .record(z.string(), z.strictObject({ ...sum, outcomes: z.record(z.string(), z.strictObject(sum)) }))
      .openapi({
        description: 'What rows that name their currency say, in minor units, of the file and by outcome.',
      }),
    rows_counted: count.optional().openapi({
      description:
        'How many rows the first reading has counted, while it is under way: nothing of the file is settled before its end.',
    }),
    bytes_counted: count.optional().openapi({ description: 'How far that reading is in the unpacked file.' }),
    rows_total: count.optional().openapi({
      description:
        'How many rows there are: exact, known before the first of them is settled, and what `rows_done` comes to.',
    }),
    rows_done: count,
    bytes_done: count.openapi({ description: 'Of the unpacked file.' }),
    started_at: time.optional(),
    completed_at: time.optional(),
    report_url: z
      .string()
      .optional()
      .openapi({
        format: 'uri-reference',
        description:
          'Where what became of the file can be read as a JSON text, without a token, for 15 minutes; made anew at each read. Absent ' +
          'in lists, and until the report is made, moments after the end. Relative to this API where it begins with `/`.',
      }),
    report_csv_url: z.string().optional().openapi({
      format: 'uri-reference',
      description:
        'The same for every row that has its outcome and, behind them, what is `expected` or `missing_there`, as CSV.',
    }),
    report_error: z.string().optional().openapi({ description: 'Why the report could not be made.' }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('Reconciliation');

export const reconciliationPage = listPage(reconciliation);

/** What became of a row. */
const reconciledRow = z
  .strictObject({
    line: z
      .int()
      .min(1)
      .optional()
      .openapi({ description: 'Where the row begins in the file; absent of what is no row.' }),
    outcome: z.string().openapi({ description: `One of ${ASKED.join(', ')}.` }),
    column: z.string().optional(),
    reason: z.string().optional().openapi({ description: 'Why the row is rejected.' }),
    type: z.string().optional(),
    payment_id: z.string().optional(),
    transaction_id: z.string().optional(),
    processor_reference: z.string().optional(),
    status: z.string().optional(),
    amount: z.int().optional(),
    fee: z.int().optional(),
    currency: z.string().optional(),
    settlement_date: z.string().optional(),
    reference: z.string().optional(),
    payout_id: z.string().optional(),
    bank_reference: z.string().optional(),
    processed_at: time.optional().openapi({ description: 'Of a transaction that is not in the file.' }),
    exception_id: z.string().optional(),
    differences: z
      .array(z.strictObject({ field: z.string(), ours: z.unknown(), theirs: z.unknown() }))
      .optional(),
    settlement: z
      .strictObject({
        id: z.string(),
        part: z.string(),
        amount: z.int(),
        fee: z.int(),
        net_amount: z.int(),
        tolerated_amount: z.int().optional(),
      })
      .optional()
      .openapi({ description: 'The settlement that the row is of, and what it adds to that.' }),
  })
  .openapi('ReconciledRow');

export const rowPage = listPage(reconciledRow);
