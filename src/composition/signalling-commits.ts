import type { ResultAsync } from 'neverthrow';
import type { ApprovalChange } from '../ports/approvals/approval-commits.ts';
import type { Change } from '../ports/commits.ts';
import type { WakeUps, WakeUpTopic } from '../ports/wake-ups.ts';

/** Commits of either service. */
type AnyCommits<AnyChange, Failure> = Readonly<{
  commit(change: AnyChange): ResultAsync<void, Failure>;
  prepare?(change: AnyChange): Promise<void>;
}>;

/** The same commits; after each, what it made work for is woken. */
const signalling =
  <AnyChange>(topicsOf: (change: AnyChange) => readonly WakeUpTopic[]) =>
  <Failure>(commits: AnyCommits<AnyChange, Failure>, wakeUps: WakeUps): AnyCommits<AnyChange, Failure> => ({
    ...commits,
    commit: (change) =>
      commits.commit(change).map(() => {
        for (const topic of topicsOf(change)) wakeUps.signal(topic);
      }),
  });

/** Events are to be relayed, jobs that wait to be taken; a claim may be left open, and an authorization may lapse. */
export const signallingCommits = signalling((change: Change) => [
  ...(change.events.length > 0 ? ['outbox' as const] : []),
  ...(change.aggregates.some(({ next }) => next.kind === 'job' && next.status === 'waiting')
    ? ['jobs' as const]
    : []),
  ...(change.claim !== undefined || change.payment !== undefined ? ['recovery' as const] : []),
]);

/** The same of approvals, where a payout may be left under way. */
export const signallingApprovalCommits = signalling((change: ApprovalChange) => [
  ...(change.events.length > 0 ? ['outbox' as const] : []),
  ...(change.payment.next.status === 'processing' ? ['recovery' as const] : []),
]);
