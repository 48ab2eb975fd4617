import type { ResultAsync } from 'neverthrow';
import type { SentEvent } from '../../domain/approvals/sent-event.ts';
import type { StorageUnavailable } from '../unavailable.ts';

/** Which events have left the outbox for good, so that `verify` tells them from events that were deleted. */
export interface SentEvents {
  /** Notes events, in any number, before they are removed from the outbox. Safe to repeat. One write for as many as fit. */
  addAll(events: readonly SentEvent[]): ResultAsync<void, StorageUnavailable>;
}
