import { err, ok, type Result } from 'neverthrow';
import type { ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CsvPlace, CsvRecord } from '../../ports/csv-files.ts';
import { type BatchPorts, batchStep } from './batch-step.ts';
import { type FilePorts, fileRecords, heldUp } from './file-records.ts';
import type { Beside, JobHeldUp, JobStep } from './job-work.ts';
import { leftByStep } from './left-by-step.ts';
import { batchSize, type MatchPorts, type MatchTerms, matchBatch } from './match-batch.ts';
import { type ContributorPorts, rowContributors } from './row-contributors.ts';

export type FileBatchPorts = FilePorts &
  MatchPorts &
  BatchPorts &
  ContributorPorts &
  Readonly<{ clock: Clock }>;

/** The step that commits a batch of rows, the reconciliation as it is stored then, and the place behind the rows. */
export type FileBatch = Readonly<{
  step: JobStep & Readonly<{ beside?: Beside }>;
  stored: ProcessingReconciliation;
  place: CsvPlace;
}>;

/** How rows are read and judged; `attempt` is the version of the job. */
export type FileBatchTerms = Readonly<{
  attempt: number;
  isRow: (record: CsvRecord) => boolean;
  terms: Omit<MatchTerms, 'contributors'>;
}>;

/**
 * The rows of a file from a place on, in batches that each fit one commit; an Err is the last thing given. The next is read, matched and
 * its object written while the one before is being committed, as that one leaves the books: no more than one is ahead. One that was
 * made and not asked for is as if it had not been: its object has the name of this attempt, and the next writes it again.
 */
export async function* fileBatches(
  ports: FileBatchPorts,
  begun: ProcessingReconciliation,
  from: CsvPlace,
  { attempt, isRow, terms }: FileBatchTerms,
): AsyncGenerator<Result<FileBatch, JobHeldUp>, void, void> {
  const size = batchSize(ports);
  const records = fileRecords(ports, begun, from);
  const waiting: CsvRecord[] = [];
  let isAtEnd = false;
  let making = begin(begun, {});
  try {
    for (;;) {
      const made = await making;
      if (made.isErr()) {
        yield err(made.error);
        return;
      }
      const batch = made.value;
      if (batch === undefined) return;
      making = begin(batch.stored, batch.step.beside ?? {});
      yield ok(batch);
    }
  } finally {
    await making.catch(() => undefined);
    await records.return();
  }

  function begin(running: ProcessingReconciliation, before: Beside) {
    const batch = nextBatch(running, before);
    // A defect is thrown where the batch is awaited, which may be never.
    batch.catch(() => {});
    return batch;
  }

  /** Undefined behind the last row. */
  async function nextBatch(
    running: ProcessingReconciliation,
    before: Beside,
  ): Promise<Result<FileBatch | undefined, JobHeldUp>> {
    const filled = await fill();
    if (filled.isErr()) return err(filled.error);
    if (waiting.length === 0) return ok(undefined);
    const reads = leftByStep(ports, before);
    const of = { ...terms, contributors: rowContributors(reads) };
    const matched = await matchBatch(reads, running, waiting.slice(0, size), of, ports.clock.now());
    if (matched.isErr()) return err(heldUp(matched.error));
    const made = await batchStep(ports, running, matched.value, attempt);
    if (made.isErr()) return err(made.error);
    waiting.splice(0, matched.value.rows.length);
    return ok({ ...made.value, place: matched.value.next });
  }

  /** Rows enough for a batch, or all that are left. */
  async function fill(): Promise<Result<void, JobHeldUp>> {
    while (!isAtEnd && waiting.length <= size) {
      const more = await records.next();
      if (more.done === true) isAtEnd = true;
      else if (more.value.isErr()) return err(asHeldUp(more.value.error));
      else waiting.push(...more.value.value.filter(isRow));
    }
    return ok(undefined);
  }
}

/** A file that was sound when it was checked is refused no more: its bytes are not what they were. */
const asHeldUp = (failure: JobHeldUp | Readonly<{ kind: 'CsvRefused'; code: string }>): JobHeldUp =>
  failure.kind === 'JobHeldUp' ? failure : { kind: 'JobHeldUp', code: 'file_damaged', cause: failure.code };
