import { err, ok, type Result } from 'neverthrow';
import { JOBS_TENANT, type JobId, type MerchantId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';

/** Every kind of work that this version gives jobs, as the document of the API names them. */
export const JOB_WORKS = [
  'export',
  'filtered_export',
  'transaction_export',
  'export_schedule',
  'reconciliation',
  'reconciliation_report',
  'reconciliation_upload',
  'settlement_closing',
  'comparison',
  'dispute',
  'accept_dispute',
] as const;

/** One of them. A stored job may be of another version's. */
export type JobWorkName = (typeof JOB_WORKS)[number];

/** How far a job has come, in the unit of its kind: rows of an export or of a file. */
export type JobProgress = Readonly<{ done: number; total?: number }>;

type Known = Readonly<{
  kind: 'job';
  id: JobId;
  merchantId: typeof JOBS_TENANT;
  /** Which work does it, such as `export`. Stored jobs may name others, which an older version had. */
  work: string;
  /** Whose it is, and the id of what it makes. */
  subject: Readonly<{ merchantId: MerchantId; id: string }>;
  /** Tries in a row that came to nothing. */
  attempts: number;
  /** Why the last of them did. */
  lastError?: string;
  /** Where the work goes on; its own words. Undefined before the first step. */
  checkpoint?: JsonObject;
  progress: JobProgress;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
}>;

/** Nothing works on it; due from `runAt` on. */
export type WaitingJob = Known & Readonly<{ status: 'waiting'; runAt: Instant }>;
/** A worker works on it, unless its lease has ended. */
export type RunningJob = Known & Readonly<{ status: 'running'; holder: string; leasedUntil: Instant }>;
export type OpenJob = WaitingJob | RunningJob;
export type EndedJob = Known & Readonly<{ status: 'completed' | 'failed' | 'cancelled' }>;

/**
 * Work that outlives the process that began it. Every step is committed with the next checkpoint under the job's version:
 * a worker that stalled past its lease finds the version moved and its step refused.
 */
export type Job = OpenJob | EndedJob;

export type JobEnded = Readonly<{ kind: 'JobEnded'; status: EndedJob['status'] }>;

/** After so many tries in a row without a step, a job has failed. */
export const MOST_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;

/** Due from `runAt` on, at once without it. */
export const openJob = (
  order: Pick<Known, 'id' | 'work' | 'subject' | 'createdAt'> & Readonly<{ runAt?: Instant; total?: number }>,
): WaitingJob => {
  const { runAt = order.createdAt, total, ...known } = order;
  return {
    kind: 'job',
    ...known,
    merchantId: JOBS_TENANT,
    status: 'waiting',
    runAt,
    attempts: 0,
    progress: total === undefined ? { done: 0 } : { done: 0, total },
    version: 1,
    updatedAt: order.createdAt,
    auditHash: '',
  };
};

/** When a worker may take it: its time has come, or the lease of the one that left it has ended. */
export const dueAt = (job: OpenJob): Instant => (job.status === 'waiting' ? job.runAt : job.leasedUntil);

export const isDue = (job: Job, now: Instant): job is OpenJob => isOpen(job) && dueAt(job) <= now;

/** The lease of a worker that begins with the job or goes on with it. A lease that ended unreleased counts as a try. */
export const holdJob = (job: OpenJob, holder: string, until: Instant, now: Instant): RunningJob => ({
  ...moved(job, now),
  attempts: job.status === 'running' ? job.attempts + 1 : job.attempts,
  status: 'running',
  holder,
  leasedUntil: until,
});

/** One step done: the lease is renewed, and earlier tries are forgotten. */
export const advanceJob = (
  job: RunningJob,
  { checkpoint, progress }: Readonly<{ checkpoint: JsonObject; progress: JobProgress }>,
  until: Instant,
  now: Instant,
): RunningJob => {
  const { lastError: _, ...rest } = moved(job, now);
  const { holder } = job;
  return { ...rest, attempts: 0, checkpoint, progress, status: 'running', holder, leasedUntil: until };
};

/** Given back at a checkpoint, due at once: the worker has others to serve, or is stopped. */
export const releaseJob = (job: RunningJob, now: Instant): WaitingJob => ({
  ...moved(job, now),
  status: 'waiting',
  runAt: now,
});

/** Left until a time of its own. Earlier tries are forgotten, and a worker that is on it finds its next step refused. */
export const deferJob = (job: OpenJob, until: Instant, now: Instant): WaitingJob => {
  const { lastError: _, ...rest } = moved(job, now);
  return { ...rest, attempts: 0, status: 'waiting', runAt: until };
};

/** A try that came to nothing: due again after a pause that doubles, or failed when it was the last. */
export const postponeJob = (job: RunningJob, error: string, now: Instant): WaitingJob | EndedJob => {
  const attempts = job.attempts + 1;
  const tried = { ...moved(job, now), attempts, lastError: error };
  return attempts >= MOST_ATTEMPTS
    ? { ...tried, status: 'failed' }
    : {
        ...tried,
        status: 'waiting',
        runAt: now + Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS),
      };
};

export const completeJob = (job: RunningJob, progress: JobProgress, now: Instant): EndedJob => ({
  ...moved(job, now),
  status: 'completed',
  progress,
});

/** Failed for a reason that another try would meet again. */
export const failJob = (job: RunningJob, error: string, now: Instant): EndedJob => ({
  ...moved(job, now),
  status: 'failed',
  lastError: error,
});

/** Any job that has not ended; a worker that is on it finds its next step refused. */
export const cancelJob = (job: Job, now: Instant): Result<EndedJob, JobEnded> =>
  isOpen(job)
    ? ok({ ...moved(job, now), status: 'cancelled' })
    : err({ kind: 'JobEnded', status: job.status });

export const isOpen = (job: Job): job is OpenJob => job.status === 'waiting' || job.status === 'running';

/** What every state has, in the next version. */
const moved = (job: OpenJob, now: Instant): Known => ({
  kind: 'job',
  id: job.id,
  merchantId: job.merchantId,
  work: job.work,
  subject: job.subject,
  attempts: job.attempts,
  ...present({ lastError: job.lastError, checkpoint: job.checkpoint }),
  progress: job.progress,
  version: job.version + 1,
  createdAt: job.createdAt,
  updatedAt: now,
  auditHash: job.auditHash,
});
