import type { ResultAsync } from 'neverthrow';
import type { ApprovalMessage } from '../../domain/approvals/approval-message.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { EventRefused } from '../outbox.ts';
import type { SinkUnavailable, StorageUnavailable } from '../unavailable.ts';

/** How long a message that was received is hidden from other consumers. */
export const HIDDEN_MS = 300_000;
/** How often a message is received before it is a dead letter, when no consumer removes it. */
export const MOST_RECEIVES = 3;
/** How long a message is kept that no consumer removes, waiting or dead. */
export const MESSAGES_KEPT_MS = 14 * 86_400_000;
/** Where a stand-in's count of messages ends. A real queue counts them all, roughly. */
export const MOST_MESSAGES_COUNTED = 1_000;

/** `eventId` is stable, and no part of the message: a message that comes twice is about the same payment and terms. */
export type QueuedApproval = Readonly<{ eventId: string; message: ApprovalMessage }>;

/** A message as a consumer has it. `receipt` removes it until it is received again, which `receives` counts. */
export type ReceivedApproval = Readonly<{ receipt: string; receives: number; message: ApprovalMessage }>;

/** Messages by what they are: to be received, hidden after they were, and dead. */
export type QueueDepth = Readonly<{ waiting: number; hidden: number; dead: number }>;

/** How many dead letters were made to wait again, where the queue says so at once. */
export type Redrive = Readonly<{ moved?: number }>;

/**
 * The queue that approvers' tools receive from. `now` is the caller's clock; a queue that has one goes by its own. Adapters
 * must pass `test/contract/approvals/approval-queue.contract.ts`.
 */
export interface ApprovalQueue {
  /** Durable before it resolves, all but those it names, which it can never take. Each at least once, in no order. */
  send(
    messages: readonly QueuedApproval[],
    now: Instant,
  ): ResultAsync<readonly EventRefused[], SinkUnavailable>;
  /** Up to `limit` messages that wait, of ten at the most, each hidden for `HIDDEN_MS`. A queue may have more than it gives. */
  receive(limit: number, now: Instant): ResultAsync<readonly ReceivedApproval[], StorageUnavailable>;
  /** Takes messages out for good. Those that are gone, or were received again since, are no error. Safe to repeat. */
  remove(receipts: readonly string[]): ResultAsync<void, StorageUnavailable>;
  depth(now: Instant): ResultAsync<QueueDepth, StorageUnavailable>;
  /** Up to `limit` dead letters, which stay. */
  deadLetters(limit: number, now: Instant): ResultAsync<readonly ApprovalMessage[], StorageUnavailable>;
  /** Makes the dead letters wait again, as if they had never been received. Safe to repeat. */
  redrive(now: Instant): ResultAsync<Redrive, StorageUnavailable>;
}
