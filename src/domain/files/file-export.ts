import type { Period } from '../kernel/calendar.ts';
import type { ExportId, ExportScheduleId, JobId, MerchantId } from '../kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import type { ExportFormat } from './export.ts';

/** What a file can be made of. `journal` is one row for each day, account, type of entry and currency. */
export const EXPORT_SOURCES = [
  'payments',
  'transactions',
  'ledger_entries',
  'audit',
  'journal',
  'settlements',
] as const;
export type ExportSource = (typeof EXPORT_SOURCES)[number];

/** As many exports of a merchant are under way at once, so that no merchant holds up all others' jobs. */
export const MOST_UNDER_WAY = 3;

/** For how long an export and its file are kept from its order on. */
export const EXPORT_KEPT_MS = 7 * 24 * 3_600_000;

/** The schedule that ordered an export, how long its periods were, and the one that the export is of. */
export type ScheduledPeriod = Readonly<{ id: ExportScheduleId; every: string; period: Period }>;

type Known = Readonly<{
  kind: 'export';
  id: ExportId;
  merchantId: MerchantId;
  source: ExportSource;
  format: ExportFormat;
  gzip: boolean;
  /** A CSV begins with a byte order mark. */
  bom?: boolean;
  /** What rows are chosen by: times as `rfc3339` writes them, both inclusive. */
  query: JsonObject;
  /** Its place among the merchant's exports under way, from 1. */
  slot: number;
  job: JobId;
  /** Absent of one that was ordered by hand. */
  schedule?: ScheduledPeriod;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
}>;

export type PendingFileExport = Known & Readonly<{ status: 'pending' }>;
export type EndedFileExport = Known &
  (
    | Readonly<{ status: 'completed'; rows: number; bytes: number }>
    | Readonly<{ status: 'failed'; fault: string }>
    | Readonly<{ status: 'canceled' }>
  );

/** One file that a job makes of a merchant's records. How far it has come is on its job. */
export type FileExport = PendingFileExport | EndedFileExport;

export const openFileExport = (
  order: Omit<Known, 'kind' | 'version' | 'updatedAt' | 'auditHash'>,
): PendingFileExport => ({
  kind: 'export',
  ...order,
  status: 'pending',
  version: 1,
  updatedAt: order.createdAt,
  auditHash: '',
});

type End =
  | Readonly<{ status: 'completed'; rows: number; bytes: number }>
  | Readonly<{ status: 'failed'; fault: string }>
  | Readonly<{ status: 'canceled' }>;

/** Its place is free from then on. */
export const endFileExport = (pending: PendingFileExport, end: End, now: Instant): EndedFileExport => ({
  ...pending,
  version: pending.version + 1,
  updatedAt: now,
  ...end,
});

/** The unique key of a place among a merchant's exports under way. */
export const slotKey = (slot: number): string => `under way ${slot}`;

export const expiresAt = ({ createdAt }: Pick<Known, 'createdAt'>): Instant => createdAt + EXPORT_KEPT_MS;

/** As it is audited and stored. */
export type FileExportRecord = Readonly<{
  id: ExportId;
  merchant_id: MerchantId;
  kind: ExportSource;
  status: FileExport['status'];
  format: ExportFormat;
  gzip: boolean;
  bom?: boolean;
  query: JsonObject;
  progress?: Readonly<{ rows_done: number }>;
  size?: number;
  error?: string;
  slot: number;
  job_id: JobId;
  schedule?: ScheduledPeriod;
  expires_at: string;
  version: number;
  created_at: string;
  updated_at: string;
}>;

export const fileExportRecord = (each: FileExport): FileExportRecord => ({
  id: each.id,
  merchant_id: each.merchantId,
  kind: each.source,
  status: each.status,
  format: each.format,
  gzip: each.gzip,
  ...present({ bom: each.bom }),
  query: each.query,
  ...(each.status === 'completed' ? { progress: { rows_done: each.rows }, size: each.bytes } : {}),
  ...(each.status === 'failed' ? { error: each.fault } : {}),
  slot: each.slot,
  job_id: each.job,
  ...present({ schedule: each.schedule }),
  expires_at: rfc3339(expiresAt(each)),
  version: each.version,
  created_at: rfc3339(each.createdAt),
  updated_at: rfc3339(each.updatedAt),
});

/** As it is published: without what is of this installation's inside. */
export const publishedFileExport = (each: FileExport): Omit<FileExportRecord, 'slot' | 'job_id'> => {
  const { slot: _slot, job_id: _job, ...published } = fileExportRecord(each);
  return published;
};

/** The export that a stored record describes. Throws on a record that no export could have left. */
export function restoreFileExport(record: FileExportRecord, auditHash: string): FileExport {
  const known: Known = {
    kind: 'export',
    id: record.id,
    merchantId: record.merchant_id,
    source: record.kind,
    format: record.format,
    gzip: record.gzip,
    ...present({ bom: record.bom }),
    query: record.query,
    slot: record.slot,
    job: record.job_id,
    ...present({ schedule: record.schedule }),
    version: record.version,
    createdAt: fromRfc3339(record.created_at),
    updatedAt: fromRfc3339(record.updated_at),
    auditHash,
  };
  const { status, progress, size, error } = record;
  if (status === 'pending' || status === 'canceled') return { ...known, status };
  if (status === 'failed') {
    if (error === undefined) throw new Error(`failed export ${record.id} says no fault`);
    return { ...known, status, fault: error };
  }
  if (progress === undefined || size === undefined)
    throw new Error(`completed export ${record.id} says no rows or no size`);
  return { ...known, status, rows: progress.rows_done, bytes: size };
}
