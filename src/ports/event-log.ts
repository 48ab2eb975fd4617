import type { ResultAsync } from 'neverthrow';
import type { DomainEvent, EventType } from '../domain/kernel/events.ts';
import type { EventId, MerchantId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** `entityId` is that of `entityOf` an event. `from` and `to` are times at which events were made, both inclusive. */
export type EventLogFilter = Readonly<{
  types?: readonly EventType[];
  entityId?: string;
  from?: Instant;
  to?: Instant;
}>;

/**
 * Events of the last 30 days, each merchant's to itself. An event is here when the relay has taken it, moments after its
 * commit. Adapters must pass `test/contract/event-log.contract.ts`.
 */
export interface EventLog {
  /** Adds those that are not there yet, durably; adding again changes nothing. After an Err any may be there. */
  addAll(events: readonly DomainEvent[]): ResultAsync<void, StorageUnavailable>;
  /**
   * Newest first by id, up to `limit`; fewer only at the end. `before` is exclusive. Strongly consistent. Reads nothing of
   * other entities when one is named, and nothing outside the times.
   */
  list(
    merchantId: MerchantId,
    filter: EventLogFilter,
    page: Readonly<{ limit: number; before?: EventId }>,
  ): ResultAsync<readonly DomainEvent[], StorageUnavailable>;
  /**
   * Oldest first by id, up to `limit`; fewer only at the end. `from` is inclusive, `before` exclusive. Strongly consistent, and
   * reads nothing outside the two.
   */
  following(
    merchantId: MerchantId,
    range: Readonly<{ from: EventId; before: EventId }>,
    limit: number,
  ): ResultAsync<readonly DomainEvent[], StorageUnavailable>;
}
