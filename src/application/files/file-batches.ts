import { err, ok, type Result } from 'neverthrow';
import type { ReadRow } from '../../domain/files/file-row.ts';
import type { ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CsvPlace, CsvRecord } from '../../ports/csv-files.ts';
import type { Payments } from '../../ports/payments.ts';
import { defended } from '../kernel/defended.ts';
import { type BatchMade, type BatchPorts, batchStep } from './batch-step.ts';
import { booksAhead, type LeftByStep, leftByStep } from './books-ahead.ts';
import { type FilePorts, fileRecords, heldUp } from './file-records.ts';
import type { Beside, JobHeldUp } from './job-work.ts';
import { leftBySteps } from './left-by-steps.ts';
import {
  batchSize,
  type MatchPorts,
  type MatchTerms,
  matchBatch,
  paymentsIn,
  type RowRead,
} from './match-batch.ts';
import { type ContributorOf, type ContributorPorts, rowContributors } from './row-contributors.ts';

export type FileBatchPorts = FilePorts &
  MatchPorts &
  BatchPorts &
  ContributorPorts &
  Readonly<{ payments: Pick<Payments, 'transactionsOfEach'>; clock: Clock }>;

/** The step that commits a batch of rows, the reconciliation as it is stored then, and the place behind the rows. */
export type FileBatch = Omit<BatchMade, 'written'> & Readonly<{ place: CsvPlace }>;

/** How rows are read and judged; `attempt` is the version of the job. */
export type FileBatchTerms = Readonly<{
  attempt: number;
  isRow: (record: CsvRecord) => boolean;
  read: ReadRow;
  terms: Omit<MatchTerms, 'contributors'>;
  contributors: readonly ContributorOf[];
}>;

/** So many are made beside the one that is asked for: while one object is written the next batch is matched. */
const AHEAD = 2;
/** When one is made, so many before it may be not committed: those, and the one that is being committed while the next is asked for. */
const UNCOMMITTED = AHEAD + 1;

type Made = Result<(BatchMade & FileBatch) | undefined, JobHeldUp>;

/**
 * The rows of a file from a place on, in batches that each fit one commit; an Err is the last thing given. Each may be asked for while the
 * one before is being committed (`isFollowed`), and is given once its object is written; meanwhile the next two are read, matched
 * as those before leave the books, and their objects written. One that was made and not asked for is as if it had not been: its object
 * has the name of this attempt, and the next writes it again.
 */
export async function* fileBatches(
  ports: FileBatchPorts,
  begun: ProcessingReconciliation,
  from: CsvPlace,
  { attempt, isRow, read, terms, contributors }: FileBatchTerms,
): AsyncGenerator<Result<FileBatch, JobHeldUp>, void, void> {
  const size = batchSize(ports);
  const records = fileRecords(ports, begun, from);
  const booksOf = booksAhead(ports.payments, begun.merchantId);
  const waiting: RowRead[] = [];
  /** The last that were made: all that may be not committed yet when books are read. */
  const steps: (Pick<Beside, 'aggregates'> & LeftByStep)[] = [];
  const made: Promise<Made>[] = [];
  let isAtEnd = false;
  let isLeft = false;
  let latest = defended(nextBatch(begun));
  made.push(latest);
  while (made.length < AHEAD) makeNext();
  try {
    for (;;) {
      const next = await (made.shift() as Promise<Made>);
      if (next.isErr()) yield err(next.error);
      if (next.isErr() || next.value === undefined) return;
      makeNext();
      const { written, ...batch } = next.value;
      const put = await written;
      if (put.isErr()) {
        yield err(put.error);
        return;
      }
      yield ok(batch);
    }
  } finally {
    isLeft = true;
    await Promise.allSettled(made.map(async (each) => (await each).unwrapOr(undefined)?.written));
    await records.return();
  }

  function makeNext(): void {
    latest = defended(latest.then(after));
    made.push(latest);
  }

  function after(before: Made): Made | Promise<Made> {
    if (before.isErr() || before.value === undefined || isLeft) return ok(undefined);
    return nextBatch(before.value.stored);
  }

  /** Undefined behind the last row. */
  async function nextBatch(running: ProcessingReconciliation): Promise<Made> {
    const filled = await fill(2 * size);
    if (filled.isErr()) return err(filled.error);
    if (waiting.length === 0) return ok(undefined);
    const rows = waiting.slice(0, size);
    const names = { now: paymentsIn(rows), soon: paymentsIn(waiting.slice(size, 2 * size)) };
    const books = await booksOf(names, steps);
    if (books.isErr()) return err(heldUp(books.error));
    const reads = leftBySteps(ports, steps.slice(-UNCOMMITTED));
    const of = { ...terms, contributors: rowContributors(reads, contributors) };
    const matched = await matchBatch(reads, running, rows, books.value, of, ports.clock.now());
    if (matched.isErr()) return err(heldUp(matched.error));
    const { step, stored, written } = batchStep(ports, running, matched.value, attempt);
    const { aggregates = [] } = step.beside;
    steps.push({ aggregates, ...leftByStep(step.beside) });
    if (steps.length > UNCOMMITTED + 1) steps.shift();
    waiting.splice(0, matched.value.rows.length);
    const isFollowed = waiting.length > 0;
    return ok({ step: { ...step, isFollowed }, stored, written, place: matched.value.next });
  }

  /** Rows so many, or all that are left. */
  async function fill(rows: number): Promise<Result<void, JobHeldUp>> {
    while (!isAtEnd && waiting.length < rows) {
      const more = await records.next();
      if (more.done === true) isAtEnd = true;
      else if (more.value.isErr()) return err(asHeldUp(more.value.error));
      else
        for (const record of more.value.value)
          if (isRow(record)) waiting.push({ row: read(record.cells, record.line), next: record.next });
    }
    return ok(undefined);
  }
}

/** A file that was sound when it was checked is refused no more: its bytes are not what they were. */
const asHeldUp = (failure: JobHeldUp | Readonly<{ kind: 'CsvRefused'; code: string }>): JobHeldUp =>
  failure.kind === 'JobHeldUp' ? failure : { kind: 'JobHeldUp', code: 'file_damaged', cause: failure.code };
