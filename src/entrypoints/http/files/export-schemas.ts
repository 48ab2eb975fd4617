import { z } from '@hono/zod-openapi';
import { EXPORT_FORMATS } from '../../../domain/files/export.ts';
import { EXPORT_SOURCES } from '../../../domain/files/file-export.ts';
import { PAYMENT_STATUSES } from '../../../domain/payments/payment.ts';
import { auditQuery } from '../audit/audit-schemas.ts';
import { declineCode, onePair } from '../payments/payment-filter.ts';
import {
  customerId,
  idempotencyKey,
  listPage,
  paging,
  period,
  storedCurrency,
  time,
} from '../server/schemas.ts';

export const format = z
  .enum(EXPORT_FORMATS, { error: 'must be `csv` or `json`' })
  .optional()
  .openapi({ default: 'csv', description: '`json` is one JSON text for each line.' });
export const gzip = z
  .boolean()
  .optional()
  .openapi({ default: false, description: 'Compressed, as one file.' });
const bom = z.boolean().optional().openapi({
  default: false,
  description: 'Begins a CSV with a byte order mark, by which Excel knows UTF-8.',
});
const minorUnits = z.int().min(0).optional().openapi({
  format: 'int64',
  description: 'In minor units of `currency`, which must be given beside it.',
});

/** What chooses rows, but for their time. */
export const rowFilters = {
  status: z.enum(PAYMENT_STATUSES).optional(),
  customer_id: customerId.optional(),
  currency: storedCurrency.optional(),
  min_amount: minorUnits,
  max_amount: minorUnits,
  decline_code: declineCode.optional(),
  entity_type: auditQuery.shape.entity_type,
  entity_id: auditQuery.shape.entity_id,
};

/** What chooses rows of one file alone, beside those. */
const fileFilters = {
  attention: z.literal(true).optional().openapi({ description: 'Only payments that need people.' }),
  metadata: onePair.optional(),
  idempotency_key: idempotencyKey.optional(),
};

/** Which kinds have which. */
export const FILTERS_OF_KINDS =
  'Payments, and their transactions: `status`, `customer_id`, `currency`, `min_amount`, `max_amount`, `decline_code`. Ledger entries, the ' +
  'journal and settlements: `currency`. Audit: `entity_type`, `entity_id`. The time of a settlement is that at which the first row of ' +
  'its file was read, that of a transaction its own and not that of its payment: a refund is in the file of its day.';

const filters = z
  .strictObject({ ...rowFilters, ...fileFilters, ...period })
  .optional()
  .openapi({
    description: `${FILTERS_OF_KINDS} Payments and transactions, of one file and not of a schedule: \`attention\`, \`metadata\`, \`idempotency_key\`. All: \`start_date\`, \`end_date\`.`,
  });

/** The body of `POST /payments/export`. */
export const newPaymentExport = z
  .strictObject({ kind: z.enum(['payments', 'transactions']).optional(), filters, format, gzip, bom })
  .openapi('NewPaymentExport', { example: { filters: { status: 'succeeded' }, format: 'csv', gzip: true } });

/** The body of `POST /exports`. */
export const newExport = z
  .strictObject({ kind: z.enum(EXPORT_SOURCES), filters, format, gzip, bom })
  .openapi('NewExport', { example: { kind: 'journal', filters: { start_date: '2026-03-01' } } });

export type ExportBody = z.output<typeof newExport>;

const exportId = z.string().regex(/^exp_[0-9a-f]{32}$/);

export const startedExport = z
  .strictObject({
    export_id: exportId,
    status: z.string(),
    message: z.string(),
    check_url: z.string().openapi({ format: 'uri-reference', description: 'Relative to this API.' }),
  })
  .openapi('StartedExport');

const count = z.int().min(0);
const date = z.string().openapi({ format: 'date' });

/** Days on the calendar of a schedule. */
export const datedPeriod = z.strictObject({ from: date, to: date }).openapi({
  description: 'Days of the time zone of the schedule, both inclusive.',
  example: { from: '2026-03-01', to: '2026-03-31' },
});

export const exportJob = z
  .strictObject({
    id: exportId,
    merchant_id: z.string(),
    kind: z.string().openapi({ description: 'What the rows are of.', example: 'payments' }),
    delivery: z.enum(['file', 'stream']).openapi({
      description: '`stream`: sent while it was read, by `GET /payments/export`; no file is kept.',
    }),
    status: z.enum(['pending', 'processing', 'completed', 'failed', 'canceled', 'expired']),
    format: z.string().openapi({ description: `One of ${EXPORT_FORMATS.join(', ')}.` }),
    gzip: z.boolean(),
    bom: z.boolean().optional(),
    query: z.record(z.string(), z.unknown()),
    progress: z.strictObject({ rows_done: count, rows_total: count.optional() }),
    size: count.optional().openapi({ description: 'Bytes of the file.' }),
    result_url: z
      .string()
      .optional()
      .openapi({
        format: 'uri-reference',
        description:
          'Where the file can be read without a token, for 15 minutes; made anew at each read of the export. Relative to this API where ' +
          'it begins with `/`. Absent for tokens without the permission that reading such rows takes.',
      }),
    error: z.string().optional().openapi({ example: 'object_store_unavailable' }),
    schedule: z
      .strictObject({ id: z.string(), every: z.string(), period: datedPeriod })
      .optional()
      .openapi({ description: 'The schedule that ordered it, and the period that it is of.' }),
    expires_at: time.optional().openapi({ description: 'When the file is deleted.' }),
    version: z.int().min(1),
    created_at: time,
    updated_at: time,
  })
  .openapi('ExportJob');

export const exportPage = listPage(exportJob).openapi('ExportPage');

/** The query of `GET /exports`, as text. */
export const exportsQuery = z.strictObject(paging);
