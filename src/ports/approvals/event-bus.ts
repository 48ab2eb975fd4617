import type { ResultAsync } from 'neverthrow';
import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import type { EventRefused } from '../outbox.ts';
import type { SinkUnavailable, StorageUnavailable } from '../unavailable.ts';

/** The bus that other systems listen to. Adapters must pass `test/contract/approvals/event-bus.contract.ts`. */
export interface EventBus {
  /** Durable before it resolves, all but those it names, which it can never take. Each at least once. */
  publish(events: readonly ApprovalEvent[]): ResultAsync<readonly EventRefused[], SinkUnavailable>;
}

/** A bus that nothing listens to, and that can be read instead, for `EVENTS_KEPT_MS`. */
export interface ReadableEventBus extends EventBus {
  /** The newest events by id, up to `limit`, the newest first. An event that was published twice is there once. */
  newest(limit: number): ResultAsync<readonly ApprovalEvent[], StorageUnavailable>;
}
