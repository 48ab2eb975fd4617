import { okAsync } from 'neverthrow';
import { type DomainEvent, EVENTS_KEPT_MS, entityOf } from '../../domain/kernel/events.ts';
import type { EventId } from '../../domain/kernel/ids.ts';
import type { EventLog, EventLogFilter } from '../../ports/event-log.ts';
import type { Kept } from './retention.ts';
import type { MemoryStore } from './store.ts';

export function memoryEventLog({
  eventsOf: byMerchant,
  written,
}: Pick<MemoryStore, 'eventsOf' | 'written'>): EventLog & Readonly<{ kept: Kept }> {
  return {
    addAll(events) {
      for (const event of events) {
        const own = byMerchant.get(event.merchantId) ?? new Map<EventId, DomainEvent>();
        if (!own.has(event.id)) own.set(event.id, event);
        written.add(event);
        byMerchant.set(event.merchantId, own);
      }
      return okAsync(undefined);
    },
    list: (merchantId, filter, { limit, before = 'evt_g' }) =>
      okAsync(
        [...(byMerchant.get(merchantId)?.values() ?? [])]
          .filter((event) => event.id < before && matches(event, filter))
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      ),
    following: (merchantId, { from, before }, limit) =>
      okAsync(
        [...(byMerchant.get(merchantId)?.values() ?? [])]
          .filter(({ id }) => id >= from && id < before)
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .slice(0, limit),
      ),
    kept: () =>
      [...byMerchant.values()].flatMap((own) =>
        [...own].map(([id, { created }]) => ({
          endsAt: created + EVENTS_KEPT_MS,
          forget: () => own.delete(id),
        })),
      ),
  };
}

const matches = (event: DomainEvent, { types, entityId, from, to }: EventLogFilter): boolean =>
  (types === undefined || types.includes(event.type)) &&
  (entityId === undefined || entityOf(event) === entityId) &&
  (from === undefined || event.created >= from) &&
  (to === undefined || event.created <= to);
