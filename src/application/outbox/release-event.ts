import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type EventRelease, eventReleaseId, nextRelease } from '../../domain/kernel/event-release.ts';
import type { EventId } from '../../domain/kernel/ids.ts';
import type { OutboxEvent } from '../../ports/outbox.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { updateAggregate } from '../kernel/update-aggregate.ts';
import {
  type EventNotParked,
  findParked,
  notParked,
  type UnparkPorts,
  unparkEvents,
} from './parked-events.ts';

/**
 * Puts one parked event back on its way, and links who did it in the audit trail of its merchant: before it leaves, so that what
 * cannot be recorded is not done. Two reads, one commit and one write.
 */
export type ReleaseEvent = (
  asked: Readonly<{ id: EventId; origin: Origin }>,
) => ResultAsync<OutboxEvent, EventNotParked | ChangedMeanwhile | StorageUnavailable>;

export function releaseEvent(ports: MovePorts & UnparkPorts): ReleaseEvent {
  const update = updateAggregate(ports);
  const unpark = unparkEvents(ports);
  return ({ id, origin }) =>
    findParked(ports.outbox, id).andThen((event) =>
      update<EventRelease | undefined, EventRelease, StorageUnavailable>(
        {
          merchantId: event.merchantId,
          id: eventReleaseId(id),
          origin,
          find: () => ports.aggregates.find(event.merchantId, 'event_release', eventReleaseId(id)),
        },
        (before, at) => okAsync({ action: 'event.unparked', next: nextRelease(before, event, at) }),
      )
        .andThen(() => unpark([id]))
        .andThen((found) => (found.length === 0 ? notParked<OutboxEvent>() : okAsync(event))),
    );
}
