import type { ResultAsync } from 'neverthrow';
import { openJob, type WaitingJob } from '../../domain/files/job.ts';
import { JOBS_TENANT } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Ids } from '../../ports/ids.ts';
import type { NotifiedDispute } from '../../ports/processor-notifications.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type QueueEnd, queueNotified } from '../files/queue-notified.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';

/** What jobs that read a dispute at the processor are called. */
export const DISPUTE_WORK = 'dispute';

/**
 * Takes a notification about a dispute as a reason to read it: a job that does so is on record before this resolves, so that neither a
 * crash nor a processor that is away loses it. Nothing else says that there is a dispute. Once for each notification, by its name.
 * One read and one commit.
 */
export type QueueDispute = (
  notification: Readonly<{ id: string; dispute: NotifiedDispute; requestId: string }>,
) => ResultAsync<QueueEnd, StorageUnavailable>;

export const queueDispute = (ports: MovePorts & Readonly<{ claims: Claims }>): QueueDispute => {
  const queue = queueNotified(ports);
  return ({ id, dispute, requestId }) =>
    queue({ merchantId: JOBS_TENANT, notification: id, requestId, job: workOn(dispute) });
};

const workOn = (dispute: NotifiedDispute): Pick<WaitingJob, 'work' | 'subject'> => ({
  work: DISPUTE_WORK,
  subject: { merchantId: JOBS_TENANT, id: nameOf(dispute) },
});

/** A job that reads the dispute at the processor. */
export const disputeJob = (ids: Ids, dispute: NotifiedDispute, at: Instant) =>
  openJob({ id: ids.job(at), ...workOn(dispute), createdAt: at });

/** A dispute's name as one text, for the subject of a job. */
const nameOf = ({ id, account }: NotifiedDispute): string =>
  account === undefined ? id : `${id} ${account}`;

/** Reads the subject of a job back. */
export function disputeNamed(subject: string): NotifiedDispute {
  const [id = '', account] = subject.split(' ');
  return account === undefined ? { id } : { id, account };
}
