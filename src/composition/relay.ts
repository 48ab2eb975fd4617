import type { ResultAsync } from 'neverthrow';
import { systemClock } from '../adapters/system/clock.ts';
import type { EventSink } from '../application/outbox/event-sink.ts';
import { type RelayEvents, relayEvents } from '../application/outbox/relay-events.ts';
import { type ShardAssignment, shardAssignment } from '../application/outbox/shard-assignment.ts';
import type { Ports } from '../application/use-cases.ts';
import type { Leases } from '../ports/leases.ts';
import { type Backlog, OUTBOX_SHARDS, type Outbox, type Outgoing } from '../ports/outbox.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import type { WakeUps } from '../ports/wake-ups.ts';
import { eventSinks } from './event-sinks.ts';

/** What relays this process's part of the events, and which part that is. */
export type Relay = Readonly<{
  relayEvents: RelayEvents;
  share: ShardAssignment;
  /** Calls `wake` when there may be new events; gives back what ends that. */
  subscribe: (wake: () => void) => () => void;
  /** What waits in all of the outbox, and not in this process's part alone. */
  backlog: () => ResultAsync<Backlog, StorageUnavailable>;
  /** Whether any event waits, in all of the outbox. Reads each shard. */
  isAwaited: () => ResultAsync<boolean, StorageUnavailable>;
}>;

export const relayOf = (ports: Ports): Relay => relayTo(eventSinks(ports), ports);

/** The relay of one outbox. */
export function relayTo<Event extends Outgoing>(
  sinks: readonly EventSink<Event>[],
  { outbox, leases, wakeUps }: Readonly<{ outbox: Outbox<Event>; leases: Leases; wakeUps: WakeUps }>,
): Relay {
  return {
    relayEvents: relayEvents({ outbox, sinks, clock: systemClock }),
    share: shardAssignment(
      { leases, clock: systemClock },
      { work: 'outbox', shards: OUTBOX_SHARDS, holder: crypto.randomUUID() },
    ),
    subscribe: (wake) => wakeUps.subscribe('outbox', wake),
    backlog: () => outbox.backlog(),
    isAwaited: () => outbox.unsent(1).map((found) => found.length > 0),
  };
}
