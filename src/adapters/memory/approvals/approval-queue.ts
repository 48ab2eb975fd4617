import { okAsync } from 'neverthrow';
import type { ApprovalQueue, QueuedApproval } from '../../../ports/approvals/approval-queue.ts';
import { type KeepTerms, keepNewest } from './newest.ts';

/**
 * Stands in for a queue where there is none: nothing receives from it, and it ends with the process. The newest messages
 * can be looked at; one that comes again, as after a crash, is there once.
 */
export function memoryApprovalQueue({
  kept,
  tell = () => {},
}: KeepTerms<QueuedApproval>): ApprovalQueue & Readonly<{ newest(): readonly QueuedApproval[] }> {
  const { add, newest } = keepNewest<QueuedApproval>(kept, ({ eventId }) => eventId);
  return {
    newest,
    send(messages) {
      for (const message of messages) if (add(message)) tell(message);
      return okAsync([]);
    },
  };
}
