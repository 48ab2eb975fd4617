import { okAsync } from 'neverthrow';
import type { ApprovalEvent } from '../../../domain/approvals/approval-events.ts';
import type { EventBus } from '../../../ports/approvals/event-bus.ts';
import { type KeepTerms, keepNewest } from './newest.ts';

/** Stands in for a bus where there is none, as `memoryApprovalQueue` does for a queue. */
export function memoryEventBus({
  kept,
  tell = () => {},
}: KeepTerms<ApprovalEvent>): EventBus & Readonly<{ newest(): readonly ApprovalEvent[] }> {
  const { add, newest } = keepNewest<ApprovalEvent>(kept, ({ id }) => id);
  return {
    newest,
    publish(events) {
      for (const event of events) if (add(event)) tell(event);
      return okAsync([]);
    },
  };
}
