import { okAsync } from 'neverthrow';
import { type ApprovalEvent, isBusEvent } from '../../domain/approvals/approval-events.ts';
import { messageIn } from '../../domain/approvals/approval-message.ts';
import type { ApprovalQueue, QueuedApproval } from '../../ports/approvals/approval-queue.ts';
import type { EventBus } from '../../ports/approvals/event-bus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventRefused } from '../../ports/outbox.ts';
import type { EventSink } from '../outbox/event-sink.ts';

/** Called with what was taken, also when it was taken before. */
export type Tell<Item> = (item: Item) => void;

/** Hands the approvers' queue its messages, and takes no other event. */
export const approvalQueueSink = (
  queue: Pick<ApprovalQueue, 'send'>,
  clock: Clock,
  tell: Tell<QueuedApproval> = () => {},
): EventSink<ApprovalEvent> => ({
  name: 'approval_queue',
  take(events) {
    const messages = events.flatMap((event) => {
      const message = messageIn(event);
      return message === undefined ? [] : [{ eventId: event.id, message }];
    });
    if (messages.length === 0) return okAsync([]);
    return queue.send(messages, clock.now()).andTee((refused) => {
      const isTaken = takenBut(refused);
      for (const message of messages) if (isTaken(message.eventId)) tell(message);
    });
  },
});

/** Publishes what the bus is to know. */
export const eventBusSink = (
  bus: EventBus,
  tell: Tell<ApprovalEvent> = () => {},
): EventSink<ApprovalEvent> => ({
  name: 'event_bus',
  take(events) {
    const published = events.filter(isBusEvent);
    if (published.length === 0) return okAsync([]);
    return bus.publish(published).andTee((refused) => {
      const isTaken = takenBut(refused);
      for (const event of published) if (isTaken(event.id)) tell(event);
    });
  },
});

function takenBut(refused: readonly EventRefused[]): (eventId: string) => boolean {
  const ids = new Set(refused.map(({ eventId }) => eventId));
  return (eventId) => !ids.has(eventId);
}
