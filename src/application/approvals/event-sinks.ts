import { okAsync } from 'neverthrow';
import { type ApprovalEvent, isBusEvent } from '../../domain/approvals/approval-events.ts';
import { messageIn } from '../../domain/approvals/approval-message.ts';
import type { ApprovalQueue } from '../../ports/approvals/approval-queue.ts';
import type { EventBus } from '../../ports/approvals/event-bus.ts';
import type { EventSink } from '../outbox/event-sink.ts';

/** Hands the approvers' queue its messages, and takes no other event. */
export const approvalQueueSink = (queue: ApprovalQueue): EventSink<ApprovalEvent> => ({
  name: 'approval_queue',
  take(events) {
    const messages = events.flatMap((event) => {
      const message = messageIn(event);
      return message === undefined ? [] : [{ eventId: event.id, message }];
    });
    return messages.length === 0 ? okAsync([]) : queue.send(messages);
  },
});

/** Publishes what the bus is to know. */
export const eventBusSink = (bus: EventBus): EventSink<ApprovalEvent> => ({
  name: 'event_bus',
  take(events) {
    const published = events.filter(isBusEvent);
    return published.length === 0 ? okAsync([]) : bus.publish(published);
  },
});
