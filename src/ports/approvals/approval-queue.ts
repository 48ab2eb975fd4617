import type { ResultAsync } from 'neverthrow';
import type { ApprovalMessage } from '../../domain/approvals/approval-message.ts';
import type { EventRefused } from '../outbox.ts';
import type { SinkUnavailable } from '../unavailable.ts';

/** `eventId` is stable: consumers dedupe by it. */
export type QueuedApproval = Readonly<{ eventId: string; message: ApprovalMessage }>;

/** The queue that approvers' tools receive from. */
export interface ApprovalQueue {
  /** Durable before it resolves, all but those it names, which it can never take. Each at least once. */
  send(messages: readonly QueuedApproval[]): ResultAsync<readonly EventRefused[], SinkUnavailable>;
}
