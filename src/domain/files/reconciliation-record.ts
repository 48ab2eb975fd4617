import type { MerchantId, ReconciliationId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import type { SettlementMapping } from '../merchants/settlement-mapping.ts';
import type { Absence, Absences } from './absences.ts';
import {
  type FileTotals,
  mapValues,
  restoreSum,
  rowsOf,
  type Sum,
  type SumRecord,
  sumRecord,
} from './file-totals.ts';
import type { Outcome } from './match-row.ts';
import type { FileFault, Reconciliation, ReconciliationReport } from './reconciliation.ts';

type Sums = Readonly<Record<string, SumRecord>>;

/** As it is audited and stored. */
export type ReconciliationRecord = Readonly<{
  id: ReconciliationId;
  merchant_id: MerchantId;
  source: string;
  mapping?: SettlementMapping;
  mapping_sha256?: string;
  file: Readonly<{ name: string; bytes: number; sha256: string; gzip: boolean; kept_until?: string }>;
  status: Reconciliation['status'];
  error?: FileFault;
  /** How far the first reading is, while it is under way. */
  counted?: Readonly<{ rows: number; bytes: number }>;
  /** What the file holds. */
  totals?: Omit<FileTotals, 'sums'> & Readonly<{ sums: Sums }>;
  /** What became of it, by outcome, and by currency and outcome. */
  counts: Readonly<Record<Outcome, number>>;
  sums: Readonly<Record<string, Sums>>;
  rows_done: number;
  bytes_done: number;
  batches: number;
  batches_hash: string;
  /** What it does not hold. */
  absences?: Readonly<{ batches: number; hash: string; since: string }> & Readonly<Record<Absence, number>>;
  header?: readonly string[];
  started_at?: string;
  completed_at?: string;
  report?: Readonly<{ json_bytes: number; csv_bytes: number }> | Readonly<{ error: string }>;
  version: number;
  created_at: string;
  updated_at: string;
}>;

const sumsRecord = (sums: Readonly<Record<string, Sum>>): Sums => mapValues(sums, sumRecord);
const restoreSums = (sums: Sums): Readonly<Record<string, Sum>> => mapValues(sums, restoreSum);

const reportRecord = (report: ReconciliationReport | undefined): ReconciliationRecord['report'] => {
  if (report === undefined) return undefined;
  return 'fault' in report
    ? { error: report.fault }
    : { json_bytes: report.bytes.json, csv_bytes: report.bytes.csv };
};

const restoreReport = (record: ReconciliationRecord['report']): ReconciliationReport | undefined => {
  if (record === undefined) return undefined;
  return 'error' in record
    ? { fault: record.error }
    : { bytes: { json: record.json_bytes, csv: record.csv_bytes } };
};

export function reconciliationRecord(each: Reconciliation): ReconciliationRecord {
  const { outcomes, file } = each;
  const { totals, header, startedAt } = each.status === 'pending' ? {} : each;
  return {
    id: each.id,
    merchant_id: each.merchantId,
    source: each.source,
    ...present({ mapping: each.mapping, mapping_sha256: each.mappingSha256 }),
    file: {
      name: file.name,
      bytes: file.bytes,
      sha256: file.sha256,
      gzip: file.isGzip,
      ...(file.keptUntil === undefined ? {} : { kept_until: rfc3339(file.keptUntil) }),
    },
    status: each.status,
    ...(each.status === 'pending' ? present({ counted: each.counted }) : {}),
    ...(each.status === 'failed' ? { error: each.error } : {}),
    ...(totals === undefined ? {} : { totals: { ...totals, sums: sumsRecord(totals.sums) } }),
    counts: outcomes.counts,
    sums: mapValues(outcomes.sums, sumsRecord),
    rows_done: rowsOf(outcomes),
    bytes_done: each.bytesDone,
    batches: each.batches,
    batches_hash: each.batchesHash,
    ...present({ absences: each.absences && absencesRecord(each.absences), header }),
    ...(startedAt === undefined ? {} : { started_at: rfc3339(startedAt) }),
    ...(each.status === 'completed' || each.status === 'failed'
      ? { completed_at: rfc3339(each.completedAt), ...present({ report: reportRecord(each.report) }) }
      : {}),
    version: each.version,
    created_at: rfc3339(each.createdAt),
    updated_at: rfc3339(each.updatedAt),
  };
}

const absencesRecord = ({ expected, missingThere, batches, hash, since }: Absences) => ({
  expected,
  missing_there: missingThere,
  batches,
  hash,
  since: rfc3339(since),
});

/** The reconciliation a stored record describes. Throws on a record that none could have left. */
export function restoreReconciliation(record: ReconciliationRecord, auditHash: string): Reconciliation {
  const { status, header, totals, file, error, absences } = record;
  const { started_at: startedAt, completed_at: completedAt } = record;
  const known = {
    kind: 'reconciliation',
    id: record.id,
    merchantId: record.merchant_id,
    source: record.source,
    ...present({ mapping: record.mapping, mappingSha256: record.mapping_sha256 }),
    file: {
      name: file.name,
      bytes: file.bytes,
      sha256: file.sha256,
      isGzip: file.gzip,
      ...(file.kept_until === undefined ? {} : { keptUntil: fromRfc3339(file.kept_until) }),
    },
    outcomes: { counts: record.counts, sums: mapValues(record.sums, restoreSums) },
    bytesDone: record.bytes_done,
    batches: record.batches,
    batchesHash: record.batches_hash,
    ...present({
      absences: absences && {
        expected: absences.expected,
        missingThere: absences.missing_there,
        batches: absences.batches,
        hash: absences.hash,
        since: fromRfc3339(absences.since),
      },
    }),
    version: record.version,
    createdAt: fromRfc3339(record.created_at),
    updatedAt: fromRfc3339(record.updated_at),
    auditHash,
  } as const;
  const incomplete = (what: string) => new Error(`${status} reconciliation ${record.id} says no ${what}`);
  if (status === 'pending') return { ...known, status, ...present({ counted: record.counted }) };
  const reported = present({ report: restoreReport(record.report) });
  const checked =
    header === undefined || totals === undefined || startedAt === undefined
      ? undefined
      : { header, totals: { ...totals, sums: restoreSums(totals.sums) }, startedAt: fromRfc3339(startedAt) };
  if (status === 'failed') {
    if (error === undefined || completedAt === undefined) throw incomplete('fault');
    return { ...known, ...checked, status, error, completedAt: fromRfc3339(completedAt), ...reported };
  }
  if (checked === undefined) throw incomplete('totals');
  if (status === 'processing') return { ...known, ...checked, status };
  if (completedAt === undefined) throw incomplete('end');
  return { ...known, ...checked, status, completedAt: fromRfc3339(completedAt), ...reported };
}
