import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import { type RunningJob } from '../../domain/files/job.ts';
import { publishedReconciliation } from '../../domain/files/published-reconciliation.ts';
import {
  type EndedReconciliation,
  type ReconciliationReport,
  reportReconciliation,
} from '../../domain/files/reconciliation.ts';
import { reportObject } from '../../domain/files/reconciliation-files.ts';
import { type JsonObject, jsonText } from '../../domain/kernel/json.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import type { ExportEncoder } from '../../ports/export-encoder.ts';
import type { Ids } from '../../ports/ids.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Utf8 } from '../../ports/utf8.ts';
import { fileParts, joined, partsRecord, restoreParts, type WrittenParts } from './file-parts.ts';
import { heldUp } from './file-records.ts';
import type { Beside, JobFailed, JobHeldUp, JobStep, JobWork } from './job-work.ts';
import { movedReconciliation } from './reconciliation-moves.ts';
import { linesFrom } from './row-lines.ts';

export type ReportPorts = Readonly<{
  aggregates: Aggregates;
  objects: ObjectStore;
  exportEncoder: ExportEncoder;
  utf8: Utf8;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

/** A part has at least so many bytes; a step of the job writes one. */
export type ReportTerms = Readonly<{ partBytes: number }>;

const REPORT_TERMS: ReportTerms = { partBytes: 5 * 1_024 * 1_024 };

/** How many rows the finished parts have, and with which batch the next begins. */
type Position = WrittenParts & Readonly<{ batch: number; rows: number }>;

const START: Position = { batch: 0, rows: 0, tags: [] };

const CSV = { format: 'csv', gzip: false } as const;

/**
 * Writes what became of a file beside it: every row that has its outcome and, behind them, every transaction that ought to be in the file
 * and is not, as CSV, part by part, then a JSON text of the whole. Both follow from what is stored, so that a worker that goes on for another writes the same bytes. Of a file that was refused there
 * may be no row; its fault is in the JSON.
 */
export const reportWork = (ports: ReportPorts, terms: ReportTerms = REPORT_TERMS): JobWork => ({
  run: (job) => stepsOf(ports, terms, job),
  failing: (job, code) =>
    findEnded(ports, job).map((found) =>
      found === undefined ? {} : reportedBeside(ports, found, { fault: code }),
    ),
  cleanUp: () => okAsync(undefined),
});

type Step = Result<JobStep, JobHeldUp | JobFailed>;

async function* stepsOf(
  ports: ReportPorts,
  { partBytes }: ReportTerms,
  job: RunningJob,
): AsyncGenerator<Step, void, void> {
  const { objects, exportEncoder, utf8 } = ports;
  const found = await findEnded(ports, job);
  if (found.isErr()) return yield err(heldUp(found.error));
  const ended = found.value;
  if (ended === undefined) return yield ok({ end: job.progress });
  // Behind the rows of the file are those of what it does not name.
  const reported = { ...ended, batches: ended.batches + (ended.absences?.batches ?? 0) };
  const { contentType } = exportEncoder.fileOf(CSV);
  const file = fileParts(objects, { key: reportObject(ended, 'csv'), contentType });
  for (let position = positionIn(job); ; ) {
    const part = await nextPart(position);
    if (part.isErr()) return yield err(part.error);
    const { bytes, rows, batch, isLast } = part.value;
    const written = await (isLast ? file.finish(position, bytes) : file.add(position, bytes));
    if (written.isErr()) {
      // An upload that was swept begins anew.
      if (written.error.kind !== 'UploadNotFound') return yield err(heldUp(written.error));
      position = START;
      continue;
    }
    if ('size' in written.value) {
      const summary = utf8.encode(`${jsonText(publishedReconciliation(ended))}\n`);
      const stored = await objects.put(reportObject(ended, 'json'), summary, 'application/json');
      if (stored.isErr()) return yield err(heldUp(stored.error));
      const report = { bytes: { json: stored.value.size, csv: written.value.size } };
      return yield ok({ end: { done: rows, total: rows }, beside: reportedBeside(ports, ended, report) });
    }
    position = { ...written.value, batch, rows };
    yield ok({ checkpoint: checkpointOf(position), progress: { done: rows } });
  }

  /** Rows until there are enough bytes for a part, or no more rows. */
  async function nextPart({
    batch: from,
    rows: done,
    tags,
  }: Position): Promise<
    Result<Readonly<{ bytes: Uint8Array; rows: number; batch: number; isLast: boolean }>, JobHeldUp>
  > {
    const encode = (lines: readonly JsonObject[], isFirst: boolean) =>
      exportEncoder.encode({ source: 'reconciled_rows', rows: lines }, { ...CSV, isFirst });
    const pieces = tags.length === 0 ? [encode([], true)] : [];
    let size = 0;
    let rows = done;
    let batch = from;
    for await (const lines of linesFrom(ports, reported, from)) {
      if (lines.isErr()) return err(heldUp(lines.error));
      const bytes = encode(lines.value, false);
      pieces.push(bytes);
      size += bytes.length;
      rows += lines.value.length;
      batch += 1;
      if (size >= partBytes) return ok({ bytes: joined(pieces), rows, batch, isLast: false });
    }
    return ok({ bytes: joined(pieces), rows, batch, isLast: true });
  }
}

const checkpointOf = ({ batch, rows, ...parts }: Position): JsonObject => ({
  batch,
  rows,
  ...partsRecord(parts),
});

const positionIn = ({ checkpoint }: RunningJob): Position =>
  checkpoint === undefined
    ? START
    : { batch: Number(checkpoint['batch']), rows: Number(checkpoint['rows']), ...restoreParts(checkpoint) };

/** The reconciliation that has ended and has no report yet. */
const findEnded = (
  { aggregates }: Pick<ReportPorts, 'aggregates'>,
  { subject: { merchantId, id } }: RunningJob,
): ResultAsync<EndedReconciliation | undefined, StorageUnavailable> =>
  aggregates
    .find(merchantId, 'reconciliation', id)
    .map((found) =>
      (found?.status === 'completed' || found?.status === 'failed') && found.report === undefined
        ? found
        : undefined,
    );

function reportedBeside(
  ports: ReportPorts,
  before: EndedReconciliation,
  report: ReconciliationReport,
): Beside {
  const next = reportReconciliation(before, report, ports.clock.now());
  return movedReconciliation(ports, 'reconciliation.reported', before, next).beside;
}
