import { errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { uploadIdOf } from '../../domain/files/file-upload.ts';
import { deferJob, isOpen } from '../../domain/files/job.ts';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import { uploadIn } from '../../domain/files/reconciliation-files.ts';
import { JOBS_TENANT } from '../../domain/kernel/ids.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { aggregateChange, type MovePorts } from '../kernel/aggregate-change.ts';
import { type ChangedMeanwhile, orChangedMeanwhile, retryWhenStale } from '../kernel/retry-when-stale.ts';

/**
 * An object is there: when it is what an upload is for, its job is due at once. A store of files says so, once or often;
 * an arrival that was not announced is found by the job's own looks. Two reads and a commit.
 */
export type FileArrived = (key: ObjectKey) => ResultAsync<void, ChangedMeanwhile | StorageUnavailable>;

export const fileArrived =
  (ports: MovePorts): FileArrived =>
  (key) => {
    const target = uploadIn(key);
    if (target === undefined) return okAsync(undefined);
    const { merchantId } = target;
    const attempt = (): ResultAsync<void, StaleVersion | StorageUnavailable> =>
      safeTry<void, StaleVersion | StorageUnavailable>(async function* () {
        const upload = yield* ports.aggregates.find(
          merchantId,
          'reconciliation_upload',
          uploadIdOf(target.id),
        );
        if (upload?.status !== 'pending') return ok(undefined);
        const job = yield* ports.aggregates.find(JOBS_TENANT, 'job', upload.job);
        const at = ports.clock.now();
        if (job === undefined || !isOpen(job) || (job.status === 'waiting' && job.runAt <= at))
          return ok(undefined);
        const origin = { actor: { id: 'objects', type: 'system' }, requestId: upload.id } as const;
        // A worker that is on it may have looked before the file was there.
        const move = { at, origin, action: 'job.deferred', before: job, next: deferJob(job, at, at) };
        return ports.commits
          .commit(aggregateChange(ports, move))
          .map(() => undefined)
          .orElse((failure) => {
            if (failure.kind === 'StaleVersion' || failure.kind === 'StorageUnavailable')
              return errAsync(failure);
            throw new Error(`an arrival met ${failure.kind}`);
          });
      });
    return retryWhenStale(attempt).mapErr(orChangedMeanwhile);
  };
