import type { ResultAsync } from 'neverthrow';
import { type DomainEvent, EVENTS_KEPT_MS } from '../../domain/kernel/events.ts';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventLog, EventLogFilter } from '../../ports/event-log.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

export type ListEventsRequest = Readonly<{
  merchantId: MerchantId;
  filter: EventLogFilter;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of a merchant's events of the last 30 days, newest first; see `paging`. An event is missing until the relay has
 * taken it, moments after its commit.
 */
export type ListEvents = (
  request: ListEventsRequest,
) => ResultAsync<Page<DomainEvent>, CursorInvalid | StorageUnavailable>;

export const listEvents = (
  ports: Readonly<{ eventLog: EventLog; signedTokens: SignedTokens; clock: Clock }>,
): ListEvents => {
  const pageOf = paging(ports, (text) => parseId('evt', text));
  return ({ merchantId, filter, ...request }) => {
    // A storage that forgets by itself may be days late; what is listed must not depend on it.
    const kept = { ...filter, from: Math.max(filter.from ?? 0, ports.clock.now() - EVENTS_KEPT_MS) };
    return pageOf({ context: { list: 'events', merchantId, filter }, ...request }, (page) =>
      ports.eventLog.list(merchantId, kept, page),
    );
  };
};
