import { err, ok, type Result } from 'neverthrow';
import type { FileRow, RowRejected } from '../../domain/files/file-row.ts';
import { formatOf, headerRead, isOfPayoutDays } from '../../domain/files/file-sources.ts';
import {
  countRow,
  type FileTotals,
  mapValues,
  NO_TOTALS,
  restoreSum,
  type SumRecord,
  sumRecord,
} from '../../domain/files/file-totals.ts';
import { notePayout } from '../../domain/files/payout-days.ts';
import type { FileFault, Reconciliation } from '../../domain/files/reconciliation.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { CsvPlace } from '../../ports/csv-files.ts';
import { type FilePorts, fileRecords } from './file-records.ts';
import type { JobHeldUp } from './job-work.ts';

/** The names of the columns, and the place behind them. */
export type FileHeader = Readonly<{ columns: readonly string[]; rowsFrom: CsvPlace }>;

/** How far the file has been read, before anything of it counts; `place` is behind what was read. */
export type Checking = Readonly<{ header?: FileHeader; place: CsvPlace; totals: FileTotals }>;

export const CHECK_BEGINS: Checking = { place: { offset: 0, line: 1 }, totals: NO_TOTALS };

/** The whole file was read: where its rows begin, and what they add up to; or why none of it counts. */
export type FileChecked =
  | Readonly<{ kind: 'FileSound'; header: FileHeader; totals: FileTotals }>
  | Readonly<{ kind: 'FileRefused'; fault: FileFault }>;

/** What lines that end with CR alone are read as: cells that go on behind it. No name of a column has one. */
const LINE_IN_CELL = /\r[^\r\n]/;
const CR_ALONE = 'lines_end_with_cr_alone';

/** So many rows are read between two checkpoints: a moment's work, and far from the length of a lease. */
const ROWS_PER_STEP = 50_000;

/**
 * Reads the file to its end, from where it was left, and gives a checkpoint now and then. The last thing given says what the
 * file is, or that it could not be read for now.
 */
export async function* checkFile(
  ports: FilePorts,
  reconciliation: Reconciliation,
  from: Checking,
): AsyncGenerator<Result<Checking | FileChecked, JobHeldUp>, void, void> {
  const refused = (fault: FileFault) => ok({ kind: 'FileRefused', fault } as const);
  let { header, place, totals } = from;
  let told = totals.rows;
  const { rows, isNoRow, recordsBeforeHeader } = formatOf(reconciliation);
  let read = header === undefined ? undefined : rows(header.columns);
  let above = 0;
  let unnamed = 'header_missing';
  for await (const records of fileRecords(ports, reconciliation, place)) {
    if (records.isErr()) {
      const { error } = records;
      yield error.kind === 'JobHeldUp' ? err(error) : refused({ code: error.code, line: error.line });
      return;
    }
    for (const record of records.value) {
      if (read === undefined || header === undefined) {
        above += 1;
        unnamed = record.cells.some((cell) => LINE_IN_CELL.test(cell)) ? CR_ALONE : 'header_missing';
        if (above <= recordsBeforeHeader) continue;
        if (unnamed === CR_ALONE) {
          yield refused({ code: CR_ALONE, line: 1 });
          return;
        }
        read = rows(record.cells);
        header = { columns: headerRead(reconciliation, record.cells), rowsFrom: record.next };
      } else if (read.isOk() && !isNoRow(header.columns, record.cells)) {
        const row = rowOf(read.value(record.cells, record.line));
        totals = countRow(totals, row);
        if (isOfPayoutDays(reconciliation)) totals = notePayout(totals, row);
      }
      if (read.isErr()) {
        const { fault, column } = read.error;
        yield refused({ code: fault, line: record.line, column });
        return;
      }
      place = record.next;
    }
    if (header === undefined || totals.rows < told + ROWS_PER_STEP) continue;
    told = totals.rows;
    yield ok({ header, place, totals });
  }
  if (header === undefined) yield refused({ code: unnamed, line: 1 });
  else yield ok({ kind: 'FileSound', header, totals });
}

const rowOf = (read: Result<FileRow, RowRejected>): FileRow | undefined =>
  read.isOk() ? read.value : undefined;

/** As a job's checkpoint holds it. */
export const checkingRecord = ({ header, place, totals }: Checking): JsonObject => ({
  ...present({ header }),
  ...place,
  totals: { ...totals, sums: mapValues(totals.sums, sumRecord) },
});

/** Reads `checkingRecord` back. */
export function restoreChecking(record: JsonObject): Checking {
  const { header, offset, line, totals } = record as StoredChecking;
  const sums = mapValues(totals.sums, restoreSum);
  return { ...present({ header }), place: { offset, line }, totals: { ...totals, sums } };
}

type StoredChecking = CsvPlace &
  Readonly<{
    header?: FileHeader;
    totals: Omit<FileTotals, 'sums'> & Readonly<{ sums: Readonly<Record<string, SumRecord>> }>;
  }>;
