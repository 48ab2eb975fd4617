import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import type { Reconciliation } from './reconciliation.ts';
import { reconciliationRecord } from './reconciliation-record.ts';

/** As it is published: how it is stored is left out. */
export function publishedReconciliation(each: Reconciliation): JsonObject {
  const { file, counted, totals, counts, sums, absences, started_at, completed_at, report, ...rest } =
    reconciliationRecord(each);
  return {
    id: rest.id,
    merchant_id: rest.merchant_id,
    source: rest.source,
    ...present({ mapping: rest.mapping }),
    file: file.name,
    sha256: file.sha256,
    bytes: file.bytes,
    ...present({ file_kept_until: file.kept_until }),
    status: rest.status,
    ...present({ error: rest.error }),
    counts: {
      ...present({ rows: totals?.rows }),
      ...counts,
      expected: absences?.expected ?? 0,
      missing_there: absences?.missing_there ?? 0,
    },
    sums: Object.fromEntries(
      Object.entries(totals?.sums ?? {}).map(([currency, all]) => [
        currency,
        { ...all, outcomes: sums[currency] ?? {} },
      ]),
    ),
    ...present({ rows_counted: counted?.rows, bytes_counted: counted?.bytes, rows_total: totals?.rows }),
    rows_done: rest.rows_done,
    bytes_done: rest.bytes_done,
    ...present({ started_at, completed_at }),
    ...(report !== undefined && 'error' in report ? { report_error: report.error } : {}),
    version: rest.version,
    created_at: rest.created_at,
    updated_at: rest.updated_at,
  };
}
