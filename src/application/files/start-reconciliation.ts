import { err, errAsync, ok, okAsync, type ResultAsync } from 'neverthrow';
import type { FileReading } from '../../domain/files/file-sources.ts';
import { openJob } from '../../domain/files/job.ts';
import {
  fileKey,
  openReconciliation,
  type ProcessorFile,
  type Reconciliation,
} from '../../domain/files/reconciliation.ts';
import { fileObject } from '../../domain/files/reconciliation-files.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId, ReconciliationId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Change } from '../../ports/commits.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';
import { RECONCILIATION_WORK } from './reconcile-file.ts';

/** A file that is stored, and not yet anyone's: `id` is the reconciliation that may be started of it. */
export type ReceivedFile = Readonly<{
  merchantId: MerchantId;
  id: ReconciliationId;
  file: ProcessorFile;
  reading: FileReading;
}>;

export type StartReconciliationRequest = Readonly<{
  received: ReceivedFile;
  origin: Origin;
}>;

/** `isNew` is false for bytes that were sent before. */
export type StartedReconciliation = Readonly<{ reconciliation: Reconciliation; isNew: boolean }>;

/**
 * Leaves the rows of a file to a job. The same bytes again, by the same mapping where they have one, are the reconciliation that
 * there is, whatever they are called, unless it failed; they are then not kept a second time. One commit.
 */
export type StartReconciliation = (
  request: StartReconciliationRequest,
) => ResultAsync<StartedReconciliation, StorageUnavailable>;

export type StartPorts = MovePorts & Readonly<{ objects: ObjectStore }>;

export const startReconciliation =
  (ports: StartPorts): StartReconciliation =>
  ({ received, origin }) =>
    open(ports, { received, origin }).andThen((started) =>
      started.isNew
        ? okAsync(started)
        : ports.objects
            .delete(fileObject(received))
            .map(() => started)
            // What is left is never read, and names nothing.
            .orElse(() => okAsync(started)),
    );

const open = (
  ports: StartPorts,
  { received, origin }: StartReconciliationRequest,
): ResultAsync<StartedReconciliation, StorageUnavailable> => {
  const { aggregates, commits, clock, ids } = ports;
  const at = clock.now();
  const opened = openedReconciliation(ports, received, { at, origin });
  return commits
    .commit({
      id: ids.change(at),
      at,
      transactions: [],
      aggregates: opened.aggregates,
      entries: [],
      tallies: [],
      audit: opened.audit,
      events: [],
    })
    .map(() => ({ reconciliation: opened.next, isNew: true }))
    .orElse((refused) => {
      if (refused.kind === 'StorageUnavailable') return errAsync(refused);
      if (refused.kind !== 'KeyTaken') throw new Error(`a new reconciliation met ${refused.kind}`);
      return aggregates.findByKey(received.merchantId, 'reconciliation', refused.key).andThen((held) =>
        // It failed since, and let go of the key: the bytes are free to be sent again.
        held === undefined
          ? err<never, StorageUnavailable>({ kind: 'StorageUnavailable', cause: 'the file failed meanwhile' })
          : ok({ reconciliation: held as Reconciliation, isNew: false }),
      );
    });
};

/** The reconciliation of a stored file and the job that reads it, with their links, as parts of a change. */
export function openedReconciliation(
  ports: Pick<MovePorts, 'ids' | 'digests'>,
  { merchantId, id, file, reading }: ReceivedFile,
  of: Readonly<{ at: Instant; origin: Origin }>,
): Pick<Change, 'aggregates' | 'audit'> & Readonly<{ next: Reconciliation }> {
  const next = openReconciliation({ id, merchantId, ...reading, file, createdAt: of.at });
  const job = openJob({
    id: ports.ids.job(of.at),
    work: RECONCILIATION_WORK,
    subject: { merchantId, id },
    createdAt: of.at,
  });
  const takes = [fileKey(next)];
  const opened = auditedAggregate(ports, { ...of, action: 'reconciliation.opened', next, takes });
  const queued = auditedAggregate(ports, { ...of, action: 'job.opened', next: job });
  return { next, aggregates: [opened.guarded, queued.guarded], audit: [opened.entry, queued.entry] };
}
