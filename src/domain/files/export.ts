import type { ExportId, MerchantId } from '../kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';

/** Comma-separated values, or a JSON text for each line. */
export const EXPORT_FORMATS = ['csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The store stopped answering, or the client went away. */
export type ExportFault = 'storage_unavailable' | 'interrupted';

type Known = Readonly<{
  kind: 'export';
  id: ExportId;
  merchantId: MerchantId;
  format: ExportFormat;
  /** What was asked for, under the names it was asked with. */
  query: JsonObject;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
}>;

/** On record before the first byte leaves. One that stays so ended with the process that wrote it. */
type Running = Known & Readonly<{ status: 'processing' }>;
/** `rows` is what was handed out: all of them, or those before the fault. */
type Ended = Known &
  Readonly<{ rows: number }> &
  (Readonly<{ status: 'completed' }> | Readonly<{ status: 'failed'; fault: ExportFault }>);

/** One reading of a merchant's payments out of the system. */
export type Export = Running | Ended;

export const openExport = (
  order: Pick<Known, 'id' | 'merchantId' | 'format' | 'query' | 'createdAt'>,
): Running => ({
  kind: 'export',
  ...order,
  status: 'processing',
  version: 1,
  updatedAt: order.createdAt,
  auditHash: '',
});

/** Without a fault, completed. */
export const endExport = (
  running: Running,
  { rows, fault }: Readonly<{ rows: number; fault?: ExportFault }>,
  now: Instant,
): Ended => ({
  ...running,
  version: running.version + 1,
  updatedAt: now,
  rows,
  ...(fault === undefined ? { status: 'completed' } : { status: 'failed', fault }),
});

/** As it is audited, stored and published. */
export type ExportRecord = Readonly<{
  id: ExportId;
  merchant_id: MerchantId;
  status: Export['status'];
  format: ExportFormat;
  query: JsonObject;
  progress?: Readonly<{ rows_done: number }>;
  error?: ExportFault;
  version: number;
  created_at: string;
  updated_at: string;
}>;

export const exportRecord = (each: Export): ExportRecord => ({
  id: each.id,
  merchant_id: each.merchantId,
  status: each.status,
  format: each.format,
  query: each.query,
  ...(each.status === 'processing' ? {} : { progress: { rows_done: each.rows } }),
  ...(each.status === 'failed' ? { error: each.fault } : {}),
  version: each.version,
  created_at: rfc3339(each.createdAt),
  updated_at: rfc3339(each.updatedAt),
});

/** The export a stored record describes. Throws on a record that no export could have left. */
export function restoreExport(record: ExportRecord, auditHash: string): Export {
  const known: Known = {
    kind: 'export',
    id: record.id,
    merchantId: record.merchant_id,
    format: record.format,
    query: record.query,
    version: record.version,
    createdAt: fromRfc3339(record.created_at),
    updatedAt: fromRfc3339(record.updated_at),
    auditHash,
  };
  if (record.status === 'processing') return { ...known, status: 'processing' };
  const rows = record.progress?.rows_done;
  if (rows === undefined) throw new Error(`ended export ${record.id} says no rows`);
  if (record.status === 'completed') return { ...known, status: 'completed', rows };
  if (record.error === undefined) throw new Error(`failed export ${record.id} says no fault`);
  return { ...known, status: 'failed', rows, fault: record.error };
}
