import { err, ok, type Result, ResultAsync, safeTry } from 'neverthrow';
import {
  advanceJob,
  completeJob,
  deferJob,
  dueAt,
  failJob,
  holdJob,
  isDue,
  type Job,
  MOST_ATTEMPTS,
  type OpenJob,
  postponeJob,
  type RunningJob,
  releaseJob,
} from '../../domain/files/job.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { JOBS_TENANT, type JobId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Change, KeyTaken, StaleVersion } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';
import { defended } from '../kernel/defended.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import type { Beside, JobFailed, JobHeldUp, JobStep, JobWork } from './job-work.ts';

/** How a job's turn ended. `lost`: it was taken over, cancelled or ended meanwhile; `waiting`: the store did not answer. */
export type JobEnd = 'completed' | 'failed' | 'released' | 'postponed' | 'lost' | 'waiting';

export type JobTurn = Readonly<{
  id: JobId;
  work: string;
  subject: string;
  end: JobEnd;
  /** Why it was postponed or failed; `cause` is for logs only. */
  code?: string;
  cause?: unknown;
}>;

/**
 * Gives up to `limit` jobs that are due a turn each, side by side, the longest due first. A turn ends with the job, or at the
 * first checkpoint after a few seconds, or once `isStopping`. Any number of workers may run it at once: each job is worked on
 * under a lease, and what a worker does after it lost the job is refused. One read for every hundred open jobs; a commit
 * to take a job, one for each step, one to give it back.
 */
export type RunJobs = (
  limit: number,
  isStopping?: () => boolean,
) => ResultAsync<readonly JobTurn[], StorageUnavailable>;

export type JobTerms = Readonly<{
  /** This worker among all others of every process; never used again by another. */
  holder: string;
  /** For how long a job of a worker that died is left alone, from its last step on. Longer than any step takes. */
  leaseMs: number;
  turnMs: number;
}>;

export const JOB_TERMS: Omit<JobTerms, 'holder'> = { leaseMs: 60_000, turnMs: 5_000 };

const PAGE = 100;
const AT_ONCE = 4;
const ORIGIN: Origin = { actor: { id: 'jobs', type: 'system' }, requestId: 'jobs' };

type Lost = StaleVersion | KeyTaken | StorageUnavailable;

export const runJobs = (
  ports: MovePorts,
  works: ReadonlyMap<string, JobWork>,
  { holder, leaseMs, turnMs }: JobTerms,
): RunJobs => {
  const { clock, aggregates, commits } = ports;
  return (limit, isStopping = () => false) =>
    jobsDueBy(aggregates, works, () => clock.now()).andThen((jobs) =>
      inParallel(jobs.slice(0, limit), AT_ONCE, ({ job, work }) =>
        ResultAsync.fromSafePromise(turnOf(job, work, isStopping)),
      ),
    );

  async function turnOf(found: OpenJob, work: JobWork, isStopping: () => boolean): Promise<JobTurn> {
    const ended = (end: JobEnd, why: Readonly<{ code?: string; cause?: unknown }> = {}): JobTurn => ({
      id: found.id,
      work: found.work,
      subject: found.subject.id,
      end,
      ...why,
    });
    const startedAt = clock.now();
    const held = await move('job.held', found, holdJob(found, holder, startedAt + leaseMs, startedAt));
    if (held.isErr()) return ended(endOf(held.error));
    let job = held.value;
    // No holder before this one came to a step, and each time the process may have died of it.
    if (job.attempts >= MOST_ATTEMPTS) return failed(job, job.lastError ?? 'abandoned');
    const steps = work.run(job);
    const isOver = () => isStopping() || clock.now() >= startedAt + turnMs;
    try {
      for (let asked = moveOf(job); ; ) {
        const decided = await asked;
        if (decided.isErr()) {
          const { kind, code } = decided.error;
          if (kind === 'JobFailed') return await failed(job, code);
          return await heldUp(job, decided.error);
        }
        const { change, next, isFollowed } = decided.value;
        const committing = committed(change);
        const following =
          next.status === 'running' && isFollowed && !isOver() ? defended(moveOf(next)) : undefined;
        const taken = await committing;
        if (taken.isErr()) return await refused(job, taken.error);
        if (next.status !== 'running') return ended(next.status === 'waiting' ? 'released' : 'completed');
        job = next;
        if (!isOver()) {
          asked = following ?? moveOf(job);
          continue;
        }
        const given = await move('job.released', job, releaseJob(job, clock.now()));
        return ended(given.isOk() ? 'released' : endOf(given.error));
      }
    } finally {
      await steps.return();
    }

    /** The next step, and what commits it behind the one that leaves `running`. */
    async function moveOf(running: RunningJob): Promise<Result<StepMove, JobHeldUp | JobFailed>> {
      const step = await nextOf(steps);
      if (step.isErr()) return err(step.error);
      const { beside = {} } = step.value;
      const at = clock.now();
      const { action, next } = afterStep(running, step.value, { leasedUntil: at + leaseMs, now: at });
      const made = changeOf(action, running, next, beside);
      await commits.prepare?.(made.change);
      return ok({ ...made, isFollowed: 'isFollowed' in step.value && step.value.isFollowed === true });
    }

    /** Where not the job has moved on but what its step was about, the step is decided anew. */
    async function refused(running: RunningJob, error: Lost): Promise<JobTurn> {
      const changed = changedBeside(running, error);
      if (changed === undefined) return ended(endOf(error));
      return heldUp(running, { kind: 'JobHeldUp', code: 'changed_meanwhile', cause: changed });
    }

    async function heldUp(running: RunningJob, { code, cause }: JobHeldUp): Promise<JobTurn> {
      const later = postponeJob(running, code, clock.now());
      if (later.status === 'failed') return failed(running, code, cause);
      const postponed = await move('job.postponed', running, later);
      return ended(postponed.isOk() ? 'postponed' : endOf(postponed.error), { code, cause });
    }

    async function failed(running: RunningJob, code: string, cause?: unknown): Promise<JobTurn> {
      const beside = await work.failing(running, code);
      if (beside.isErr()) return ended('waiting', { code, cause: beside.error });
      const gone = await move('job.failed', running, failJob(running, code, clock.now()), beside.value);
      if (gone.isErr()) return ended(endOf(gone.error), { code, cause });
      await work.cleanUp(running);
      return ended('failed', { code, ...present({ cause }) });
    }
  }

  /** The job in its next version, as it is then stored. */
  async function move<Next extends Job>(
    action: string,
    before: OpenJob,
    moved: Next,
    beside: Beside = {},
  ): Promise<Result<Next, Lost>> {
    const { change, next } = changeOf(action, before, moved, beside);
    return (await committed(change)).map(() => next);
  }

  function changeOf<Next extends Job>(
    action: string,
    before: OpenJob,
    next: Next,
    { aggregates: others = [], audit = [], ...beside }: Beside,
  ): Readonly<{ change: Change; next: Next }> {
    const at = next.updatedAt;
    const { guarded, entry } = auditedAggregate(ports, { at, origin: ORIGIN, action, before, next });
    const change: Change = {
      id: ports.ids.change(at),
      at,
      transactions: [],
      entries: [],
      tallies: [],
      events: [],
      ...beside,
      aggregates: [guarded, ...others],
      audit: [entry, ...audit],
    };
    return { change, next: { ...next, auditHash: entry.hash } };
  }

  async function committed(change: Change): Promise<Result<void, Lost>> {
    const done = await commits.commit(change);
    if (done.isOk()) return ok(undefined);
    const { error } = done;
    if (error.kind !== 'ClaimTaken' && error.kind !== 'FenceLost') return err(error);
    throw new Error(`a job met ${error.kind}`);
  }
};

/** A step as it is committed, and the job as that leaves it. */
type StepMove = Readonly<{ change: Change; next: Job; isFollowed: boolean }>;

/** The longest due first. Jobs of a work that this version does not know are left to one that does. One read for every hundred open jobs. */
export function jobsDueBy(
  aggregates: MovePorts['aggregates'],
  works: ReadonlyMap<string, JobWork>,
  by: () => Instant,
): ResultAsync<readonly Readonly<{ job: OpenJob; work: JobWork }>[], StorageUnavailable> {
  return safeTry(async function* () {
    const due: Readonly<{ job: OpenJob; work: JobWork }>[] = [];
    for (let after: string | undefined; ; ) {
      const page = { limit: PAGE, isOpen: true, ...present({ after }) } as const;
      const jobs: readonly Job[] = yield* aggregates.list(JOBS_TENANT, 'job', page);
      const at = by();
      for (const job of jobs) {
        const work = works.get(job.work);
        if (isDue(job, at) && work !== undefined) due.push({ job, work });
      }
      after = jobs.at(-1)?.id;
      if (jobs.length < PAGE) return ok(due.toSorted((a, b) => dueAt(a.job) - dueAt(b.job)));
    }
  });
}

const changedBeside = (job: RunningJob, error: Lost): string | undefined => {
  if (error.kind === 'KeyTaken') return error.key;
  return error.kind === 'StaleVersion' && error.id !== job.id ? error.id : undefined;
};

const endOf = ({ kind }: Lost): JobEnd => (kind === 'StorageUnavailable' ? 'waiting' : 'lost');

/** The job once its step is committed. */
function afterStep(
  job: RunningJob,
  step: JobStep,
  { leasedUntil, now }: Readonly<{ leasedUntil: Instant; now: Instant }>,
): Readonly<{ action: string; next: Job }> {
  if ('end' in step) return { action: 'job.completed', next: completeJob(job, step.end, now) };
  if ('resumesAt' in step) return { action: 'job.deferred', next: deferJob(job, step.resumesAt, now) };
  return { action: 'job.advanced', next: advanceJob(job, step, leasedUntil, now) };
}

/** What a work throws is a defect of it, and holds its job up. Without an end it has one as well. */
async function nextOf(steps: ReturnType<JobWork['run']>) {
  try {
    const { value, done } = await steps.next();
    if (done !== true) return value;
    return err<never, JobHeldUp>({
      kind: 'JobHeldUp',
      code: 'internal_error',
      cause: 'the work gave no end',
    });
  } catch (cause) {
    return err<never, JobHeldUp>({ kind: 'JobHeldUp', code: 'internal_error', cause });
  }
}
