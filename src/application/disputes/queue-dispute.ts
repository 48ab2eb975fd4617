import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { openJob } from '../../domain/files/job.ts';
import { type ClaimKey, type ClaimTerms, respondedClaim } from '../../domain/kernel/claim.ts';
import { JOBS_TENANT } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Ids } from '../../ports/ids.ts';
import type { NotifiedDispute } from '../../ports/processor-notifications.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';

/** What jobs that read a dispute at the processor are called. */
export const DISPUTE_WORK = 'dispute';

/** `queued`: a job reads the dispute at the processor, within seconds; `repeated`: the notification came before. */
export type DisputeNotificationEnd = 'queued' | 'repeated';

/**
 * Takes a notification about a dispute as a reason to read it: a job that does so is on record before this resolves, so that neither a
 * crash nor a processor that is away loses it. Nothing else says that there is a dispute. Once for each notification, by its name.
 * One read and one commit.
 */
export type QueueDispute = (
  notification: Readonly<{ id: string; dispute: NotifiedDispute; requestId: string }>,
) => ResultAsync<DisputeNotificationEnd, StorageUnavailable>;

/** Longer than Stripe, for one, lets an event be sent again: 30 days. */
const KEPT: ClaimTerms = { leaseMs: 0, keepResponsesMs: 31 * 24 * 3_600_000 };

export const queueDispute =
  (ports: MovePorts & Readonly<{ claims: Claims }>): QueueDispute =>
  ({ id, dispute, requestId }) => {
    const at = ports.clock.now();
    const key: ClaimKey = { merchantId: JOBS_TENANT, operation: 'processor_notification', key: id };
    return ports.claims.find(key, at).andThen((known) => {
      if (known !== undefined) return okAsync<DisputeNotificationEnd>('repeated');
      const changeId = ports.ids.change(at);
      const facts = { fingerprint: '', requestId, response: '' };
      const claim = respondedClaim(key, facts, { changeId, now: at }, KEPT);
      const queued = auditedAggregate(ports, {
        at,
        origin: { actor: { id: 'processor', type: 'system' }, requestId },
        action: 'job.opened',
        next: disputeJob(ports.ids, dispute, at),
      });
      return ports.commits
        .commit({
          id: changeId,
          at,
          claim: { expected: 0, next: claim },
          transactions: [],
          aggregates: [queued.guarded],
          entries: [],
          tallies: [],
          audit: [queued.entry],
          events: [],
        })
        .map((): DisputeNotificationEnd => 'queued')
        .orElse((failure) =>
          failure.kind === 'StorageUnavailable'
            ? errAsync(failure)
            : okAsync<DisputeNotificationEnd>('repeated'),
        );
    });
  };

/** A job that reads the dispute at the processor. */
export const disputeJob = (ids: Ids, dispute: NotifiedDispute, at: Instant) =>
  openJob({
    id: ids.job(at),
    work: DISPUTE_WORK,
    subject: { merchantId: JOBS_TENANT, id: nameOf(dispute) },
    createdAt: at,
  });

/** A dispute's name as one text, for the subject of a job. */
const nameOf = ({ id, account }: NotifiedDispute): string =>
  account === undefined ? id : `${id} ${account}`;

/** Reads the subject of a job back. */
export function disputeNamed(subject: string): NotifiedDispute {
  const [id = '', account] = subject.split(' ');
  return account === undefined ? { id } : { id, account };
}
