import { dueAt, isOpen as isOpenJob } from '../../src/domain/files/job.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { lapsesAt } from '../../src/domain/payments/payment.ts';
import type { Round } from './plan.ts';
import type { World } from './world.ts';

/** Something that a worker is to go on with, and when. */
export type Open = Readonly<{ round: Round; at: Instant; what: string }>;

/** All that workers have left to do. Keys that wait for their clients, and authorizations, count only for days. */
export function leftOpen({ store, loop, approvals }: World, forDays: boolean): readonly Open[] {
  const claims = [...store.claims.values()].flatMap((claim): readonly Open[] =>
    claim.state === 'calling' || claim.state === 'unknown' || (forDays && claim.state === 'retryable')
      ? [{ round: 'recovery', at: claim.dueAt, what: `${claim.operation} ${claim.key} is ${claim.state}` }]
      : [],
  );
  const events = store.outbox.map(
    ({ failure, event }): Open => ({
      round: 'relay',
      at: failure?.retryAt ?? loop.now(),
      what: `${event.type} waits`,
    }),
  );
  const deliveries = [...store.deliveriesOf.values()].flatMap((each) =>
    [...each.values()].flatMap((delivery): readonly Open[] =>
      delivery.status === 'pending'
        ? [{ round: 'deliveries', at: delivery.dueAt, what: `${delivery.eventType} is not delivered` }]
        : [],
    ),
  );
  const lapsing = [...store.payments.values()].flatMap((payment): readonly Open[] => {
    const at = forDays ? lapsesAt(payment) : undefined;
    return at === undefined ? [] : [{ round: 'expiry', at, what: `${payment.id} lapses` }];
  });
  const jobs = [...store.aggregates.values()].flatMap(({ aggregate }): readonly Open[] =>
    aggregate.kind === 'job' && isOpenJob(aggregate)
      ? [{ round: 'jobs', at: dueAt(aggregate), what: `a job of ${aggregate.work} waits` }]
      : [],
  );
  const payouts = approvals.store.sorted.flatMap((payment): readonly Open[] =>
    payment.status === 'processing'
      ? [{ round: 'payouts', at: payment.dueAt, what: `the payout of ${payment.id} is under way` }]
      : [],
  );
  const approvalEvents = approvals.store.outbox.map(
    ({ failure, event }): Open => ({
      round: 'approvals relay',
      at: failure?.retryAt ?? loop.now(),
      what: `${event.type} waits`,
    }),
  );
  return [...claims, ...events, ...deliveries, ...lapsing, ...jobs, ...payouts, ...approvalEvents];
}
