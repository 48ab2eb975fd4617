import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import { type EndedFileExport, endFileExport, slotKey } from '../../domain/files/file-export.ts';
import { cancelJob } from '../../domain/files/job.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type ExportId, JOBS_TENANT, type MerchantId } from '../../domain/kernel/ids.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { ExportEncoder } from '../../ports/export-encoder.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import {
  aggregateChange,
  auditedAggregate,
  type ClaimWith,
  type MovePorts,
  unclaimed,
} from '../kernel/aggregate-change.ts';
import { type ChangedMeanwhile, orChangedMeanwhile, retryWhenStale } from '../kernel/retry-when-stale.ts';
import { removeFile } from './export-work.ts';
import type { ExportNotFound } from './read-exports.ts';

/** It has ended, or was streamed to its reader. */
export type ExportEnded = Readonly<{ kind: 'ExportEnded'; status: string }>;

export type CancelExportFailure =
  | ExportNotFound
  | ExportEnded
  | ChangedMeanwhile
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Ends an export that is under way and its job in one commit: the worker that is on it finds its next step refused. What there is
 * of the file is taken away; what that misses is swept. Two reads and a commit, again for each step that came in between.
 */
export type CancelExport = (
  target: Readonly<{ merchantId: MerchantId; id: ExportId; origin: Origin }>,
  claimWith?: ClaimWith<EndedFileExport>,
) => ResultAsync<EndedFileExport, CancelExportFailure>;

export type CancelExportPorts = MovePorts & Readonly<{ objects: ObjectStore; exportEncoder: ExportEncoder }>;

export const cancelExport =
  (ports: CancelExportPorts): CancelExport =>
  ({ merchantId, id, origin }, claimWith = unclaimed) => {
    const { aggregates, clock, commits } = ports;
    const refused = (failure: ExportNotFound | ExportEnded | ChangedMeanwhile | StaleVersion) =>
      err<never, CancelExportFailure | StaleVersion>(failure);
    const attempt = (): ResultAsync<EndedFileExport, CancelExportFailure | StaleVersion> =>
      safeTry<EndedFileExport, CancelExportFailure | StaleVersion>(async function* () {
        const found = yield* aggregates.find(merchantId, 'export', id);
        if (found === undefined) return refused({ kind: 'ExportNotFound', id });
        if (found.status !== 'pending') return refused({ kind: 'ExportEnded', status: found.status });
        const job = yield* aggregates.find(JOBS_TENANT, 'job', found.job);
        if (job === undefined) throw new Error(`export ${id} has no job`);
        const at = clock.now();
        const ended = cancelJob(job, at);
        // Its end is committed with that of the export, which was read before.
        if (ended.isErr()) return refused({ kind: 'StaleVersion', id });
        const next = endFileExport(found, { status: 'canceled' }, at);
        const releases = [slotKey(found.slot)];
        const move = { at, origin, action: 'export.canceled', before: found, next, releases };
        const change = aggregateChange(ports, move);
        const stopped = auditedAggregate(ports, {
          at,
          origin,
          action: 'job.cancelled',
          before: job,
          next: ended.value,
        });
        const claimed = yield* claimWith(
          {
            ...change,
            aggregates: [...change.aggregates, stopped.guarded],
            audit: [...change.audit, stopped.entry],
          },
          next,
        );
        const committed = await commits.commit(claimed);
        if (committed.isErr()) {
          const { error } = committed;
          if (error.kind === 'StorageUnavailable') return err(error);
          if (error.kind === 'StaleVersion') return refused(error);
          // The same request came twice, and the other was faster.
          if (error.kind === 'ClaimTaken') return refused({ kind: 'ChangedMeanwhile' });
          throw new Error(`a cancelled export met ${error.kind}`);
        }
        await removeFile(ports, next, job.checkpoint);
        return ok(next);
      });
    return retryWhenStale(attempt).mapErr(orChangedMeanwhile);
  };
