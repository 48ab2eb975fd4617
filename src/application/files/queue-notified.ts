import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { openJob, type WaitingJob } from '../../domain/files/job.ts';
import { type ClaimTerms, respondedClaim } from '../../domain/kernel/claim.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Claims } from '../../ports/claims.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';

/** Under the name of a notification, of a tenant: the job that it is a reason for. */
export type NotifiedJob = Readonly<{
  merchantId: MerchantId;
  notification: string;
  requestId: string;
  job: Pick<WaitingJob, 'work' | 'subject'>;
}>;

/** `queued`: the job is on record, and done within seconds; `repeated`: the notification came before. */
export type QueueEnd = 'queued' | 'repeated';

/** Longer than Stripe, for one, lets an event be sent again: 30 days. */
const KEPT: ClaimTerms = { leaseMs: 0, keepResponsesMs: 31 * 24 * 3_600_000 };

/**
 * Puts a job on record, once for each notification by its name, so that neither a crash nor a processor that is away loses what the
 * notification was a reason for. One read and one commit.
 */
export const queueNotified =
  (ports: MovePorts & Readonly<{ claims: Claims }>) =>
  ({ merchantId, notification, requestId, job }: NotifiedJob): ResultAsync<QueueEnd, StorageUnavailable> => {
    const at = ports.clock.now();
    const key = { merchantId, operation: 'processor_notification', key: notification } as const;
    return ports.claims.find(key, at).andThen((known) => {
      if (known !== undefined) return okAsync<QueueEnd>('repeated');
      const changeId = ports.ids.change(at);
      const facts = { fingerprint: '', requestId, response: '' };
      const claim = respondedClaim(key, facts, { changeId, now: at }, KEPT);
      const queued = auditedAggregate(ports, {
        at,
        origin: { actor: { id: 'processor', type: 'system' }, requestId },
        action: 'job.opened',
        next: openJob({ id: ports.ids.job(at), ...job, createdAt: at }),
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
        .map((): QueueEnd => 'queued')
        .orElse((failure) =>
          failure.kind === 'StorageUnavailable' ? errAsync(failure) : okAsync<QueueEnd>('repeated'),
        );
    });
  };
