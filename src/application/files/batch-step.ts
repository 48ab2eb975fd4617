import { err, ok, type Result } from 'neverthrow';
import { countOutcome } from '../../domain/files/file-totals.ts';
import { advanceReconciliation, type ProcessingReconciliation } from '../../domain/files/reconciliation.ts';
import { batchObject } from '../../domain/files/reconciliation-files.ts';
import { rowOutcomeRecord } from '../../domain/files/row-outcome.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Utf8 } from '../../ports/utf8.ts';
import { type AggregateMove, auditedAggregate } from '../kernel/aggregate-change.ts';
import { settlementsChange } from '../payments/settle-transactions.ts';
import { heldUp } from './file-records.ts';
import type { JobHeldUp, JobStep } from './job-work.ts';
import type { MatchedBatch } from './match-batch.ts';
import { movedReconciliation, originOf, progressOf } from './reconciliation-moves.ts';
import type { AggregateEffect } from './row-effects.ts';

export type BatchPorts = Readonly<{ ids: Ids; digests: Digests; objects: ObjectStore; utf8: Utf8 }>;

/**
 * Writes what became of the rows of a batch as one object, and gives the step that commits all that they change. `attempt` is the
 * version of the job.
 */
export async function batchStep(
  ports: BatchPorts,
  running: ProcessingReconciliation,
  { rows, lines, effects, at, next: place }: MatchedBatch,
  attempt: number,
): Promise<Result<Readonly<{ step: JobStep; stored: ProcessingReconciliation }>, JobHeldUp>> {
  const { digests, objects, utf8 } = ports;
  const text = rows
    .map((row, index) => `${jsonText({ ...rowOutcomeRecord(row), ...lines[index] })}\n`)
    .join('');
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
  const { beside, stored } = movedReconciliation(ports, 'reconciliation.advanced', running, next);
  const of = { at, origin: originOf(running) };
  const settled = settlementsChange(ports, of, effects.settlements);
  const others = effects.aggregates.map((each) => auditedAggregate(ports, { ...of, ...inNextVersion(each) }));
  const step = {
    checkpoint: { ...place },
    progress: progressOf(next),
    beside: {
      ...beside,
      transactions: settled.transactions,
      aggregates: [...(beside.aggregates ?? []), ...others.map(({ guarded }) => guarded)],
      entries: effects.entries,
      audit: [...(beside.audit ?? []), ...settled.audit, ...others.map(({ entry }) => entry)],
      events: effects.events,
    },
  };
  return ok({ step, stored });
}

/** One version for a batch, however many of its rows changed the aggregate. */
const inNextVersion = ({
  before,
  next,
  ...effect
}: AggregateEffect): Omit<AggregateMove, 'at' | 'origin'> => ({
  ...effect,
  ...present({ before }),
  next: { ...next, version: (before?.version ?? 0) + 1 },
});
