import { err, ok, type Result } from 'neverthrow';
import { countOutcomes } from '../../domain/files/file-totals.ts';
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
import { defended } from '../kernel/defended.ts';
import { settlementsChange } from '../payments/settle-transactions.ts';
import { heldUp } from './file-records.ts';
import type { Beside, JobHeldUp, JobStep } from './job-work.ts';
import type { MatchedBatch } from './match-batch.ts';
import { movedReconciliation, originOf, progressOf } from './reconciliation-moves.ts';
import type { AggregateEffect } from './row-effects.ts';

/** The step of a batch, the reconciliation as it is stored then, and what comes of writing the batch's object. */
export type BatchMade = Readonly<{
  step: Extract<JobStep, Readonly<{ checkpoint: unknown }>> & Readonly<{ beside: Beside }>;
  stored: ProcessingReconciliation;
  written: Promise<Result<void, JobHeldUp>>;
}>;

export type BatchPorts = Readonly<{ ids: Ids; digests: Digests; objects: ObjectStore; utf8: Utf8 }>;

/**
 * Begins to write what became of the rows of a batch as one object, and gives the step that commits all that they change, which must
 * not be committed before the object is `written`. `attempt` is the version of the job.
 */
export function batchStep(
  ports: BatchPorts,
  running: ProcessingReconciliation,
  { rows, lines, effects, at, next: place }: MatchedBatch,
  attempt: number,
): BatchMade {
  const { digests, objects, utf8 } = ports;
  const text = rows
    .map((row, index) => `${jsonText(Object.assign(rowOutcomeRecord(row), lines[index]))}\n`)
    .join('');
  const object = batchObject(running, running.batches, attempt);
  const bytes = utf8.encode(text);
  const putting = Promise.resolve(objects.put(object, bytes, 'application/x-ndjson'));
  const written = defended(putting.then((put) => (put.isErr() ? err(heldUp(put.error)) : ok(undefined))));
  const hashed = digests.startSha256();
  hashed.update(bytes);
  const next = advanceReconciliation(
    running,
    {
      outcomes: countOutcomes(running.outcomes, rows),
      bytesDone: place.offset,
      batchesHash: digests.sha256(`${running.batchesHash}${hashed.hex()}`),
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
  return { step, stored, written };
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
