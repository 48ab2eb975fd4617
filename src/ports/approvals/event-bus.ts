import type { ResultAsync } from 'neverthrow';
import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import type { EventRefused } from '../outbox.ts';
import type { SinkUnavailable } from '../unavailable.ts';

/** The bus that other systems listen to. */
export interface EventBus {
  /** Durable before it resolves, all but those it names, which it can never take. Each at least once. */
  publish(events: readonly ApprovalEvent[]): ResultAsync<readonly EventRefused[], SinkUnavailable>;
}
