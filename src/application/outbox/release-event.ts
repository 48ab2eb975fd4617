import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type EventRelease, eventReleaseId, nextRelease } from '../../domain/kernel/event-release.ts';
import type { EventId } from '../../domain/kernel/ids.ts';
import type { OutboxEvent } from '../../ports/outbox.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { updateAggregate } from '../kernel/update-aggregate.ts';
import { type UnparkPorts, unparkEvents } from './parked-events.ts';

/** No event of this id is parked, or more than a thousand older ones are. */
export type EventNotParked = Readonly<{ kind: 'EventNotParked' }>;

/**
 * Puts one parked event back on its way, and links who did it in the audit trail of its merchant: before it leaves, so that what
 * cannot be recorded is not done. Two reads, one commit and one write.
 */
export type ReleaseEvent = (
  asked: Readonly<{ id: EventId; origin: Origin }>,
) => ResultAsync<OutboxEvent, EventNotParked | ChangedMeanwhile | StorageUnavailable>;

const MOST_SEARCHED = 1_000;

export function releaseEvent(ports: MovePorts & UnparkPorts): ReleaseEvent {
  const update = updateAggregate(ports);
  const unpark = unparkEvents(ports);
  return ({ id, origin }) =>
    parkedEvent(ports, id).andThen((event) =>
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
        .andThen((found) => (found.length === 0 ? notParked() : okAsync(event))),
    );
}

const parkedEvent = ({ outbox }: Pick<UnparkPorts, 'outbox'>, id: EventId) =>
  outbox.parked(MOST_SEARCHED).andThen((parked) => {
    const event = parked.find((each) => each.id === id);
    return event === undefined ? notParked() : okAsync<OutboxEvent, EventNotParked>(event);
  });

const notParked = () => errAsync<OutboxEvent, EventNotParked>({ kind: 'EventNotParked' });
