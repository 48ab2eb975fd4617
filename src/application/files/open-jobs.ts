import type { ResultAsync } from 'neverthrow';
import { dueAt, isOpen, type OpenJob } from '../../domain/files/job.ts';
import { JOBS_TENANT } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** So many open jobs are read, the first that were begun, and no more are counted. */
const MOST_OPEN_JOBS = 1_000;

/**
 * Jobs that have not ended: `due` ones wait for a worker, one is `running` while its lease lasts, and those put off to a time are
 * `later`. `oldestDueAt` is since when the first of the due ones waits.
 */
export type OpenJobs = Readonly<{
  due: number;
  running: number;
  later: number;
  oldestDueAt?: Instant;
  /** All that were counted, the longest due first. */
  jobs: readonly OpenJob[];
}>;

/** One read of up to `MOST_OPEN_JOBS`. */
export type ReadOpenJobs = () => ResultAsync<OpenJobs, StorageUnavailable>;

export const readOpenJobs =
  ({ aggregates, clock }: Readonly<{ aggregates: Aggregates; clock: Clock }>): ReadOpenJobs =>
  () =>
    aggregates.list(JOBS_TENANT, 'job', { limit: MOST_OPEN_JOBS, isOpen: true }).map((found) => {
      const now = clock.now();
      const jobs = found.filter(isOpen).toSorted((a, b) => dueAt(a) - dueAt(b));
      const due = jobs.filter((job) => jobState(job, now) === 'due');
      const running = jobs.filter((job) => jobState(job, now) === 'running').length;
      const [oldest] = due;
      return {
        due: due.length,
        running,
        later: jobs.length - due.length - running,
        ...present({ oldestDueAt: oldest && dueAt(oldest) }),
        jobs,
      };
    });

/** What an open job counts as at a moment. */
export const jobState = (job: OpenJob, now: Instant): 'due' | 'running' | 'later' => {
  if (dueAt(job) <= now) return 'due';
  return job.status === 'running' ? 'running' : 'later';
};
