import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { Round } from './plan.ts';
import type { World } from './world.ts';

/** Something that a worker is to go on with, and when. */
export type Open = Readonly<{ round: Round; at: Instant; what: string }>;

/** All that workers have left to do. Keys that wait for their clients do not count. */
export function leftOpen({ store, loop }: World): readonly Open[] {
  const claims = [...store.claims.values()].flatMap((claim): readonly Open[] =>
    claim.state === 'calling' || claim.state === 'unknown'
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
  return [...claims, ...events, ...deliveries];
}
