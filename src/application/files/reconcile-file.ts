import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import { rowsOfSource } from '../../domain/files/file-sources.ts';
import { addsUp, countOutcome, rowsOf } from '../../domain/files/file-totals.ts';
import type { JobProgress, RunningJob } from '../../domain/files/job.ts';
import {
  advanceReconciliation,
  beginReconciliation,
  completeReconciliation,
  type FileFault,
  failReconciliation,
  fileKey,
  type ProcessingReconciliation,
  type Reconciliation,
} from '../../domain/files/reconciliation.ts';
import { batchObject } from '../../domain/files/reconciliation-files.ts';
import { rowOutcomeRecord } from '../../domain/files/row-outcome.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { parseId } from '../../domain/kernel/ids.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CsvPlace, CsvRecord } from '../../ports/csv-files.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Utf8 } from '../../ports/utf8.ts';
import { type AggregateMove, auditedAggregate } from '../kernel/aggregate-change.ts';
import { settlementsChange } from '../payments/settle-transactions.ts';
import { CHECK_BEGINS, checkFile, checkingRecord, restoreChecking } from './check-file.ts';
import { type FilePorts, fileRecords, heldUp } from './file-records.ts';
import type { Beside, JobHeldUp, JobStep, JobWork } from './job-work.ts';
import { type BatchBounds, batchSize, type MatchedBatch, matchBatch } from './match-batch.ts';

/** What jobs that reconcile a file are called. */
export const RECONCILIATION_WORK = 'reconciliation';

export type ReconcilePorts = FilePorts &
  BatchBounds &
  Readonly<{
    aggregates: Aggregates;
    merchants: Merchants;
    payments: Payments;
    clock: Clock;
    ids: Ids;
    digests: Digests;
    utf8: Utf8;
  }>;

type Step = Result<JobStep, JobHeldUp>;

/**
 * Reads a file twice: to its end, so that a file that is refused settles nothing; then batch by batch, each in one commit with
 * the transactions that it settles, the counts and the place where the next begins. What became of the rows is one object a
 * batch, written before that commit.
 */
export const reconcileFile = (ports: ReconcilePorts): JobWork => {
  return {
    async *run(job) {
      const found = await findReconciliation(ports.aggregates, job);
      if (found.isErr()) yield err(heldUp(found.error));
      else if (found.value === undefined) yield err({ kind: 'JobFailed', code: 'not_found' });
      else if (found.value.status === 'pending') yield* checking(found.value, job);
      else if (found.value.status === 'processing') yield* matching(found.value, job, placeIn(job));
      else yield ok({ end: progressOf(found.value) });
    },
    failing: (job, code) =>
      findReconciliation(ports.aggregates, job).map((found) =>
        found === undefined || found.status === 'completed' || found.status === 'failed'
          ? {}
          : refused(found, { code }),
      ),
    cleanUp: () => okAsync(undefined),
  };

  async function* checking(
    pending: Extract<Reconciliation, { status: 'pending' }>,
    job: RunningJob,
  ): AsyncGenerator<Step, void, void> {
    const from = job.checkpoint === undefined ? CHECK_BEGINS : restoreChecking(job.checkpoint);
    for await (const seen of checkFile(ports, pending, from)) {
      if (seen.isErr()) {
        yield err(seen.error);
        return;
      }
      const said = seen.value;
      if (!('kind' in said)) {
        yield ok({ checkpoint: checkingRecord(said), progress: { done: 0 } });
        continue;
      }
      if (said.kind === 'FileRefused') {
        yield ok({ end: { done: 0 }, beside: refused(pending, said.fault) });
        return;
      }
      const { header, totals } = said;
      const next = beginReconciliation(pending, { header: header.columns, totals }, ports.clock.now());
      const { beside, stored } = moved('reconciliation.started', pending, next);
      yield ok({ checkpoint: { ...header.rowsFrom }, progress: progressOf(next), beside });
      yield* matching(stored, job, header.rowsFrom);
    }
  }

  async function* matching(
    begun: ProcessingReconciliation,
    job: RunningJob,
    from: CsvPlace,
  ): AsyncGenerator<Step, void, void> {
    const read = rowsOfSource(begun.source)(begun.header);
    const merchant = await ports.merchants.find(begun.merchantId);
    if (merchant.isErr()) {
      yield err(heldUp(merchant.error));
      return;
    }
    const tolerances: Readonly<Record<string, bigint>> = merchant.value?.settlementTolerances ?? {};
    if (read.isErr()) throw new Error(`the header of ${begun.id} was taken, and is ${read.error.fault}`);
    let running = begun;
    const size = batchSize(ports);
    const waiting: CsvRecord[] = [];
    const records = fileRecords(ports, running, from);
    try {
      for (let isAtEnd = false; ; ) {
        while (!isAtEnd && waiting.length <= size) {
          const more = await records.next();
          if (more.done === true) isAtEnd = true;
          else if (more.value.isErr()) {
            yield err(asHeldUp(more.value.error));
            return;
          } else waiting.push(...more.value.value);
        }
        if (waiting.length === 0) break;
        const now = ports.clock.now();
        const matched = await matchBatch(ports, running.merchantId, waiting.slice(0, size), {
          read: read.value,
          tolerance: (currency) => tolerances[currency] ?? 0n,
          now,
        });
        if (matched.isErr()) {
          yield err(heldUp(matched.error));
          return;
        }
        const step = await stepOf(running, matched.value, job.version);
        if (step.isErr()) {
          yield err(step.error);
          return;
        }
        waiting.splice(0, matched.value.rows.length);
        running = step.value.stored;
        yield ok(step.value.step);
      }
    } finally {
      await records.return();
    }
    yield ok(endOf(running));
  }

  async function stepOf(
    running: ProcessingReconciliation,
    { rows, next: place }: MatchedBatch,
    attempt: number,
  ): Promise<Result<Readonly<{ step: JobStep; stored: ProcessingReconciliation }>, JobHeldUp>> {
    const { clock, digests, objects, utf8 } = ports;
    const at = clock.now();
    const text = rows.map((row) => `${jsonText(rowOutcomeRecord(row))}\n`).join('');
    const written = await objects.put(
      batchObject(running, running.batches, attempt),
      utf8.encode(text),
      'application/x-ndjson',
    );
    if (written.isErr()) return err(heldUp(written.error));
    const next = advanceReconciliation(
      running,
      {
        outcomes: rows.reduce(countOutcome, running.outcomes),
        bytesDone: place.offset,
        batchesHash: digests.sha256(`${running.batchesHash}${digests.sha256(text)}`),
      },
      at,
    );
    const { beside, stored } = moved('reconciliation.advanced', running, next);
    const settlements = rows.flatMap(({ settled }) => settled ?? []);
    const change = settlementsChange(ports, { at, origin: originOf(running) }, settlements);
    const audit = [...(beside.audit ?? []), ...change.audit];
    const step = {
      checkpoint: { ...place },
      progress: progressOf(next),
      beside: { ...beside, ...change, audit },
    };
    return ok({ step, stored });
  }

  function endOf(running: ProcessingReconciliation): JobStep {
    if (!addsUp(running.totals, running.outcomes))
      return { end: progressOf(running), beside: refused(running, { code: 'file_changed' }) };
    const next = completeReconciliation(running, ports.clock.now());
    return { end: progressOf(next), beside: moved('reconciliation.completed', running, next).beside };
  }

  /** The bytes are free to be sent again. */
  function refused(
    running: Exclude<Reconciliation, { status: 'completed' | 'failed' }>,
    fault: FileFault,
  ): Beside {
    const next = failReconciliation(running, fault, ports.clock.now());
    return moved('reconciliation.failed', running, next, [fileKey(running.file.sha256)]).beside;
  }

  function moved<Next extends Reconciliation>(
    action: string,
    before: Reconciliation,
    next: Next,
    releases: AggregateMove['releases'] = [],
  ): Readonly<{ beside: Beside; stored: Next }> {
    const move = { at: next.updatedAt, origin: originOf(next), action, before, next, releases };
    const { guarded, entry } = auditedAggregate(ports, move);
    return { beside: { aggregates: [guarded], audit: [entry] }, stored: { ...next, auditHash: entry.hash } };
  }
};

const placeIn = ({ checkpoint }: RunningJob): CsvPlace => checkpoint as CsvPlace;

/** A file that was sound when it was checked is refused no more: its bytes are not what they were. */
const asHeldUp = (failure: JobHeldUp | Readonly<{ kind: 'CsvRefused'; code: string }>): JobHeldUp =>
  failure.kind === 'JobHeldUp' ? failure : { kind: 'JobHeldUp', code: 'file_damaged', cause: failure.code };

const findReconciliation = (
  aggregates: Aggregates,
  { subject }: RunningJob,
): ResultAsync<Reconciliation | undefined, StorageUnavailable> => {
  const id = parseId('rec', subject.id);
  return id === undefined
    ? okAsync(undefined)
    : aggregates.find(subject.merchantId, 'reconciliation', id).map((found) => found);
};

const progressOf = (each: Reconciliation): JobProgress => ({
  done: rowsOf(each.outcomes),
  ...('totals' in each && each.totals !== undefined ? { total: each.totals.rows } : {}),
});

const originOf = ({ id }: Reconciliation): Origin => ({
  actor: { id: 'reconciliation', type: 'system' },
  requestId: id,
});
