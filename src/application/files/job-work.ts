import type { Result, ResultAsync } from 'neverthrow';
import type { JobProgress, RunningJob } from '../../domain/files/job.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import type { Change } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** What is committed with a step, under the job's version: all of it or none, once. */
export type Beside = Partial<Omit<Change, 'id' | 'at' | 'claim'>>;

/**
 * One step of a job: what it did, and from where the next goes on. Everything between two checkpoints may happen again, so
 * what a step does outside its commit must bear that. A step with `resumesAt` is the last of its turn. One that is `isFollowed` lets the
 * next be made while it is being committed, as one that was not asked for may never be.
 */
export type JobStep =
  | Readonly<{ checkpoint: JsonObject; progress: JobProgress; beside?: Beside; isFollowed?: boolean }>
  | Readonly<{ resumesAt: Instant; beside?: Beside }>
  | Readonly<{ end: JobProgress; beside?: Beside }>;

/** The world is in the way, and the job is tried again later. `cause` is for logs only. */
export type JobHeldUp = Readonly<{ kind: 'JobHeldUp'; code: string; cause: unknown }>;
/** Another try would fail the same. `code` is stable and may be shown. */
export type JobFailed = Readonly<{ kind: 'JobFailed'; code: string }>;

/**
 * What does the jobs of one kind.
 *
 * ```ts
 * const counting: JobWork = {
 *   async *run({ checkpoint }) {
 *     for (let n = Number(checkpoint?.['n'] ?? 0); n < 3; n += 1)
 *       yield ok({ checkpoint: { n: n + 1 }, progress: { done: n + 1, total: 3 } });
 *     yield ok({ end: { done: 3, total: 3 } });
 *   },
 *   failing: () => okAsync({}),
 *   cleanUp: () => okAsync(undefined),
 * };
 * ```
 */
export type JobWork = Readonly<{
  /**
   * Steps from the job's checkpoint on, the last of them an end. Each is asked for once the one before is committed, or is being
   * committed where that one `isFollowed`; the runner leaves (`return`) when the job was taken over, cancelled, or its turn is over.
   * An Err is the last thing given.
   */
  run(job: RunningJob): AsyncGenerator<Result<JobStep, JobHeldUp | JobFailed>, void, void>;
  /** What is committed with the failure of the job. */
  failing(job: RunningJob, code: string): ResultAsync<Beside, StorageUnavailable>;
  /** Removes what a job that failed or was cancelled left outside of the storage. Safe to repeat; may be lost in a crash. */
  cleanUp(job: RunningJob): ResultAsync<void, unknown>;
}>;
