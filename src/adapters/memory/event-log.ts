import { okAsync } from 'neverthrow';
import { type DomainEvent, EVENTS_KEPT_MS, entityOf } from '../../domain/kernel/events.ts';
import type { EventId, MerchantId } from '../../domain/kernel/ids.ts';
import type { EventLog, EventLogFilter } from '../../ports/event-log.ts';

export function memoryEventLog(): EventLog {
  const byMerchant = new Map<MerchantId, Map<EventId, DomainEvent>>();
  return {
    addAll(events) {
      for (const event of events) {
        const own = byMerchant.get(event.merchantId) ?? new Map<EventId, DomainEvent>();
        if (!own.has(event.id)) own.set(event.id, event);
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
    prune(now, limit) {
      let pruned = 0;
      for (const own of byMerchant.values())
        for (const [id, { created }] of own) {
          if (pruned === limit) return okAsync(pruned);
          if (created + EVENTS_KEPT_MS > now) continue;
          own.delete(id);
          pruned += 1;
        }
      return okAsync(pruned);
    },
  };
}

const matches = (event: DomainEvent, { types, entityId, from, to }: EventLogFilter): boolean =>
  (types === undefined || types.includes(event.type)) &&
  (entityId === undefined || entityOf(event) === entityId) &&
  (from === undefined || event.created >= from) &&
  (to === undefined || event.created <= to);
