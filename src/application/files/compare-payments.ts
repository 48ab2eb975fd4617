import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import type { RunningJob } from '../../domain/files/job.ts';
import { parseId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { NotifiedPayment } from '../../ports/processor-notifications.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import { type CompareEndedPorts, compareEnded } from '../payments/compare-ended.ts';
import type { JobHeldUp, JobStep, JobWork } from './job-work.ts';
import { type QueueEnd, queueNotified } from './queue-notified.ts';

/** What jobs are called that compare a payment which has ended with the processor's record. */
export const COMPARISON_WORK = 'comparison';

/**
 * Takes a notification about a payment that has ended as a reason to compare: a job that does so is on record before this resolves. Once
 * for each notification, by its name. One read and one commit.
 */
export type QueueComparison = (
  notification: Readonly<{ id: string; about: NotifiedPayment; requestId: string }>,
) => ResultAsync<QueueEnd, StorageUnavailable>;

export const queueComparison = (ports: MovePorts & Readonly<{ claims: Claims }>): QueueComparison => {
  const queue = queueNotified(ports);
  return ({ id, about: { merchantId, paymentId }, requestId }) =>
    queue({
      merchantId,
      notification: id,
      requestId,
      job: { work: COMPARISON_WORK, subject: { merchantId, id: paymentId } },
    });
};

/** Compares, and commits what follows with the end of the job. A payment that was moved meanwhile is compared anew. */
export function comparePayments(ports: CompareEndedPorts): JobWork {
  const compare = compareEnded(ports);
  return {
    async *run(job) {
      const { merchantId, id } = job.subject;
      const paymentId = parseId('pay', id);
      if (paymentId === undefined) return yield ok({ end: { done: 0 } });
      yield await compare({ merchantId, paymentId, since: job.createdAt }).match(
        (found): Result<JobStep, JobHeldUp> =>
          found.kind === 'later'
            ? ok({ resumesAt: laterThan(job, ports.clock) })
            : ok({ end: { done: 1 }, ...(found.change === undefined ? {} : { beside: found.change }) }),
        (failure): Result<JobStep, JobHeldUp> => {
          switch (failure.kind) {
            case 'PaymentNotFound':
              return ok({ end: { done: 0 } });
            case 'KeysUnavailable':
              return ok({ resumesAt: laterThan(job, ports.clock) });
            case 'StorageUnavailable':
              return err({ kind: 'JobHeldUp', code: 'storage_unavailable', cause: failure.cause });
          }
        },
      );
    },
    failing: () => okAsync({}),
    cleanUp: () => okAsync(undefined),
  };
}

const SOONEST_MS = 60_000;
const LATEST_MS = 3_600_000;

/** Asked as often again as it has been waited for, from once a minute to once an hour. */
function laterThan({ createdAt }: RunningJob, clock: Clock): Instant {
  const now = clock.now();
  return now + Math.min(Math.max(now - createdAt, SOONEST_MS), LATEST_MS);
}
