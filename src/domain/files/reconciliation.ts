import type { MerchantId, ReconciliationId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { SettlementMapping } from '../merchants/settlement-mapping.ts';
import type { Absences } from './absences.ts';
import { type FileTotals, NO_OUTCOMES, type OutcomeTotals } from './file-totals.ts';

/**
 * A file that a processor wrote, as it arrived. `sha256` is of its bytes in lower-case hex. Once `keptUntil` has come its bytes are
 * deleted; without it they are kept.
 */
export type ProcessorFile = Readonly<{
  name: string;
  bytes: number;
  sha256: string;
  isGzip: boolean;
  keptUntil?: Instant;
}>;

/** Why a file as a whole was refused, and at which line or column. `code` is stable. */
export type FileFault = Readonly<{ code: string; line?: number; column?: string }>;

type Known = Readonly<{
  kind: 'reconciliation';
  id: ReconciliationId;
  merchantId: MerchantId;
  /** Whose words the file is in. Stored ones may name others, which another version has. */
  source: string;
  /** What its columns mean, of a file whose source is `mapped`. */
  mapping?: SettlementMapping;
  /** Of the mapping's canonical text: the same bytes by another mapping are another reading. */
  mappingSha256?: string;
  file: ProcessorFile;
  /** What became of the rows so far, and to which byte of the (unpacked) file they go. */
  outcomes: OutcomeTotals;
  bytesDone: number;
  /** How many objects of row outcomes there are, and the hash over all of them, each after the one before. */
  batches: number;
  batchesHash: string;
  /** Once every row has its outcome, and as far as it has been looked for. */
  absences?: Absences;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
}>;

/** Known once the file has been read to its end and nothing of it settled yet. */
type Checked = Readonly<{ header: readonly string[]; totals: FileTotals; startedAt: Instant }>;

/** How far the first reading is, which counts the rows; bytes are of the unpacked file. */
export type Counted = Readonly<{ rows: number; bytes: number }>;

/** `counted` is absent until the first reading has come upon something. */
export type PendingReconciliation = Known & Readonly<{ status: 'pending'; counted?: Counted }>;
export type ProcessingReconciliation = Known & Checked & Readonly<{ status: 'processing' }>;
/** Its files say what became of the rows: the bytes that they have, or why they could not be made. */
export type ReconciliationReport =
  | Readonly<{ bytes: Readonly<{ json: number; csv: number }> }>
  | Readonly<{ fault: string }>;

/** `report` is absent until it is made. */
type Reported = Readonly<{ completedAt: Instant; report?: ReconciliationReport }>;
type CompletedReconciliation = Known & Checked & Reported & Readonly<{ status: 'completed' }>;
type FailedReconciliation = Known &
  Partial<Checked> &
  Reported &
  Readonly<{ status: 'failed'; error: FileFault }>;
export type EndedReconciliation = CompletedReconciliation | FailedReconciliation;

/**
 * One file of a processor held against a merchant's transactions. The whole file is read once before the first row counts, so
 * that a file that is refused has settled nothing.
 */
export type Reconciliation =
  | PendingReconciliation
  | ProcessingReconciliation
  | CompletedReconciliation
  | FailedReconciliation;

export const openReconciliation = (
  order: Pick<Known, 'id' | 'merchantId' | 'source' | 'mapping' | 'mappingSha256' | 'file' | 'createdAt'>,
): PendingReconciliation => ({
  kind: 'reconciliation',
  ...order,
  status: 'pending',
  outcomes: NO_OUTCOMES,
  bytesDone: 0,
  batches: 0,
  batchesHash: '',
  version: 1,
  updatedAt: order.createdAt,
  auditHash: '',
});

/** When its rows were begun with; undefined for a file that was refused before, or whose turn has not come. */
export const startedAtOf = (each: Reconciliation): Instant | undefined =>
  each.status === 'pending' ? undefined : each.startedAt;

/** The unique key by which the same bytes are the same reconciliation, of mapped ones those that are read by the same mapping. */
export const fileKey = ({ file, mappingSha256 }: Pick<Known, 'file' | 'mappingSha256'>): string =>
  `sha256:${file.sha256}${mappingSha256 === undefined ? '' : `:${mappingSha256}`}`;

/** More of its rows are counted; nothing of them has an outcome yet. */
export const countReconciliation = (
  pending: PendingReconciliation,
  counted: Counted,
  now: Instant,
): PendingReconciliation => ({ ...pending, counted, version: pending.version + 1, updatedAt: now });

export const beginReconciliation = (
  { counted: _counted, ...pending }: PendingReconciliation,
  { header, totals }: Pick<Checked, 'header' | 'totals'>,
  now: Instant,
): ProcessingReconciliation => ({
  ...pending,
  status: 'processing',
  header,
  totals,
  startedAt: now,
  version: pending.version + 1,
  updatedAt: now,
});

/** One batch of rows more has its outcomes. */
export const advanceReconciliation = (
  running: ProcessingReconciliation,
  batch: Pick<Known, 'outcomes' | 'bytesDone' | 'batchesHash'>,
  now: Instant,
): ProcessingReconciliation => ({
  ...running,
  ...batch,
  batches: running.batches + 1,
  version: running.version + 1,
  updatedAt: now,
});

/** More is known of what the file does not name. */
export const advanceAbsences = (
  running: ProcessingReconciliation,
  absences: Absences,
  now: Instant,
): ProcessingReconciliation => ({ ...running, absences, version: running.version + 1, updatedAt: now });

export const completeReconciliation = (
  running: ProcessingReconciliation,
  now: Instant,
): CompletedReconciliation => ({
  ...running,
  status: 'completed',
  completedAt: now,
  version: running.version + 1,
  updatedAt: now,
});

/** What was settled before stays so. */
export function failReconciliation(
  running: PendingReconciliation | ProcessingReconciliation,
  error: FileFault,
  now: Instant,
): FailedReconciliation {
  const end = {
    status: 'failed',
    error,
    completedAt: now,
    version: running.version + 1,
    updatedAt: now,
  } as const;
  if (running.status === 'processing') return { ...running, ...end };
  const { counted: _counted, ...known } = running;
  return { ...known, ...end };
}

/** Once: an end has one report. */
export const reportReconciliation = (
  ended: EndedReconciliation,
  report: ReconciliationReport,
  now: Instant,
): EndedReconciliation => ({ ...ended, report, version: ended.version + 1, updatedAt: now });
