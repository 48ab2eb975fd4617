import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import { formatOf } from '../../domain/files/file-sources.ts';
import { addsUp } from '../../domain/files/file-totals.ts';
import type { RunningJob } from '../../domain/files/job.ts';
import { onPayoutDays } from '../../domain/files/payout-days.ts';
import {
  beginReconciliation,
  completeReconciliation,
  countReconciliation,
  type PendingReconciliation,
  type ProcessingReconciliation,
  type Reconciliation,
} from '../../domain/files/reconciliation.ts';
import { parseId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { toleranceOf } from '../../domain/merchants/merchant.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CsvPlace } from '../../ports/csv-files.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { CHECK_BEGINS, checkFile, checkingRecord, restoreChecking } from './check-file.ts';
import { closeSettlements, closingJob } from './close-settlements.ts';
import { type FileBatchPorts, fileBatches } from './file-batches.ts';
import { heldUp } from './file-records.ts';
import {
  type AbsencePorts,
  absencePlaceIn,
  absencePlaceRecord,
  absencesBegin,
  findAbsences,
} from './find-absences.ts';
import type { Beside, JobHeldUp, JobStep, JobWork } from './job-work.ts';
import {
  endedReconciliation,
  movedReconciliation,
  progressOf,
  refusedReconciliation,
} from './reconciliation-moves.ts';
import type { ContributorOf } from './row-contributors.ts';

/** What jobs that reconcile a file are called. */
export const RECONCILIATION_WORK = 'reconciliation';

export type ReconcilePorts = FileBatchPorts &
  AbsencePorts &
  Readonly<{ aggregates: Aggregates; merchants: Merchants; clock: Clock }>;

type Step = Result<JobStep, JobHeldUp>;
type OpenReconciliation = Extract<Reconciliation, { status: 'pending' | 'processing' }>;

/**
 * Reads a file twice: to its end, so that a file that is refused settles nothing; then batch by batch (`fileBatches`), each in one commit with
 * the transactions that it settles, the counts and the place where the next begins. What became of the rows is one object a
 * batch, written before that commit. `contributors` are what rows change in other features.
 */
export const reconcileFile = (ports: ReconcilePorts, contributors: readonly ContributorOf[]): JobWork => {
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
          : failed(found, code),
      ),
    cleanUp: () => okAsync(undefined),
  };

  /** What was settled stays so, and its settlements are locked by a job of their own: they may be more than a commit holds. */
  function failed(running: OpenReconciliation, code: string): Beside {
    const at = ports.clock.now();
    const { aggregates = [], audit = [] } = refusedReconciliation(ports, running, { code }, at);
    if (running.status === 'pending') return { aggregates, audit };
    const job = closingJob(ports, running, at);
    return {
      aggregates: [...aggregates, ...(job.aggregates ?? [])],
      audit: [...audit, ...(job.audit ?? [])],
    };
  }

  async function* checking(
    pending: PendingReconciliation,
    job: RunningJob,
  ): AsyncGenerator<Step, void, void> {
    let open = pending;
    const from = job.checkpoint === undefined ? CHECK_BEGINS : restoreChecking(job.checkpoint);
    for await (const seen of checkFile(ports, pending, from)) {
      if (seen.isErr()) {
        yield err(seen.error);
        return;
      }
      const said = seen.value;
      if (!('kind' in said)) {
        const counted = { rows: said.totals.rows, bytes: said.place.offset };
        const next = countReconciliation(open, counted, ports.clock.now());
        const { beside, stored } = movedReconciliation(ports, 'reconciliation.counted', open, next);
        open = stored;
        yield ok({ checkpoint: checkingRecord(said), progress: { done: 0 }, beside });
        continue;
      }
      if (said.kind === 'FileRefused') {
        yield ok({
          end: { done: 0 },
          beside: refusedReconciliation(ports, open, said.fault, ports.clock.now()),
        });
        return;
      }
      const { header, totals } = said;
      const next = beginReconciliation(open, { header: header.columns, totals }, ports.clock.now());
      const { beside, stored } = movedReconciliation(ports, 'reconciliation.started', open, next);
      yield ok({ checkpoint: { ...header.rowsFrom }, progress: progressOf(next), beside });
      yield* matching(stored, job, header.rowsFrom);
    }
  }

  async function* matching(
    begun: ProcessingReconciliation,
    job: RunningJob,
    from: CsvPlace,
  ): AsyncGenerator<Step, void, void> {
    const { rows, isNoRow } = formatOf(begun);
    const read = rows(begun.header);
    const merchant = await ports.merchants.find(begun.merchantId);
    if (merchant.isErr()) {
      yield err(heldUp(merchant.error));
      return;
    }
    if (read.isErr()) throw new Error(`the header of ${begun.id} was taken, and is ${read.error.fault}`);
    const batches = fileBatches(ports, begun, from, {
      attempt: job.version,
      isRow: ({ cells }) => !isNoRow(begun.header, cells),
      read: onPayoutDays(read.value, begun.totals),
      terms: { tolerance: toleranceOf(merchant.value) },
      contributors,
    });
    let last = { stored: begun, place: from };
    for await (const batch of batches) {
      if (batch.isErr()) {
        yield err(batch.error);
        return;
      }
      last = batch.value;
      yield ok(batch.value.step);
    }
    yield* absences(last.stored, last.place, job);
  }

  /** Behind the last row: what ought to be in the file and is not. */
  async function* absences(
    matched: ProcessingReconciliation,
    place: CsvPlace,
    job: RunningJob,
  ): AsyncGenerator<Step, void, void> {
    let running = matched;
    let absent = absencePlaceIn(job.checkpoint) ?? absencesBegin(ports.clock.now());
    if (addsUp(running.totals, running.outcomes))
      for await (const step of findAbsences(ports, running, absent, job.version)) {
        if (step.isErr()) {
          yield err(step.error);
          return;
        }
        running = step.value.stored;
        absent = step.value.next;
        const checkpoint = { ...place, absent: absencePlaceRecord(absent) };
        yield ok({ checkpoint, progress: progressOf(running), beside: step.value.beside });
      }
    const behind = { ...place, absent: absencePlaceRecord(absent) };
    yield* closing(running, behind, closedIn(job));
  }

  /** Behind the last row: the file's settlements are locked, and then it ends itself. */
  async function* closing(
    running: ProcessingReconciliation,
    place: CsvPlace,
    from: string | undefined,
  ): AsyncGenerator<Step, void, void> {
    const fault = addsUp(running.totals, running.outcomes) ? undefined : 'file_changed';
    for await (const step of closeSettlements(ports, running, present({ fault, closed: from }))) {
      if (step.isErr()) {
        yield err(step.error);
        return;
      }
      const { beside, closed } = step.value;
      yield ok({ checkpoint: { ...place, closed }, progress: progressOf(running), beside });
    }
    yield ok(endOf(running, fault));
  }

  function endOf(running: ProcessingReconciliation, fault: string | undefined): JobStep {
    if (fault !== undefined)
      return {
        end: progressOf(running),
        beside: refusedReconciliation(ports, running, { code: fault }, ports.clock.now()),
      };
    const next = completeReconciliation(running, ports.clock.now());
    return {
      end: progressOf(next),
      beside: endedReconciliation(ports, running, next),
    };
  }
};

const placeIn = ({ checkpoint }: RunningJob): CsvPlace => checkpoint as CsvPlace;

/** Up to which settlement the file's are locked. */
const closedIn = ({ checkpoint }: RunningJob): string | undefined =>
  checkpoint?.['closed'] as string | undefined;

const findReconciliation = (
  aggregates: Aggregates,
  { subject }: RunningJob,
): ResultAsync<Reconciliation | undefined, StorageUnavailable> => {
  const id = parseId('rec', subject.id);
  return id === undefined
    ? okAsync(undefined)
    : aggregates.find(subject.merchantId, 'reconciliation', id).map((found) => found);
};
