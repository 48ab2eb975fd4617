import { okAsync } from 'neverthrow';
import type { DeliveryId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Delivery, forgettableAt, type PendingDelivery } from '../../domain/webhooks/delivery.ts';
import {
  DELIVERY_SHARDS,
  type Deliveries,
  type DeliveryFilter,
  deliveryShardOf,
  MOST_DUE_COUNTED,
} from '../../ports/deliveries.ts';
import type { Kept } from './retention.ts';
import type { MemoryStore } from './store.ts';

/** Pending ones are also in their shard's list, by when they are due. */
export function memoryDeliveries({
  deliveriesOf: byMerchant,
  written,
}: Pick<MemoryStore, 'deliveriesOf' | 'written'>): Deliveries & Readonly<{ kept: Kept }> {
  const shards: PendingDelivery[][] = Array.from({ length: DELIVERY_SHARDS }, () => []);

  return {
    addAll(deliveries) {
      for (const delivery of deliveries) if (stored(delivery) === undefined) write(delivery);
      return okAsync(undefined);
    },
    due(wanted, now, limit) {
      const found = wanted.flatMap((shard) => {
        const list = shards[shard] ?? [];
        const first = list.slice(0, limit);
        const end = first.findIndex(({ dueAt }) => dueAt > now);
        return end === -1 ? first : first.slice(0, end);
      });
      return okAsync(found.sort(byDue));
    },
    backlog(now) {
      const due = shards.map((list) => list.filter(({ dueAt }) => dueAt <= now));
      const [oldest] = due.flatMap((list) => list.slice(0, 1)).sort(byDue);
      return okAsync({
        due: Math.min(due.flat().length, MOST_DUE_COUNTED),
        ...present({ oldestDueAt: oldest?.dueAt }),
      });
    },
    save: (changes) =>
      okAsync(
        changes.map(({ expected, next }) => {
          const before = stored(next);
          if (before?.version !== expected) return false;
          if (before.status === 'pending') shelve(before, 'out');
          write(next);
          return true;
        }),
      ),
    find: (merchantId, id) => okAsync(byMerchant.get(merchantId)?.get(id)),
    list: (merchantId, filter, { limit, before = 'whd_g', since = 'whd_' }) =>
      okAsync(
        [...(byMerchant.get(merchantId)?.values() ?? [])]
          .filter((each) => matches(each, filter) && each.id < before && each.id >= since)
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      ),
    kept: () =>
      [...byMerchant.values()].flatMap((own) =>
        [...own].flatMap(([id, delivery]) => {
          const endsAt = forgettableAt(delivery);
          return endsAt === undefined ? [] : [{ endsAt, forget: () => own.delete(id) }];
        }),
      ),
  };

  function stored({ merchantId, id }: Delivery): Delivery | undefined {
    return byMerchant.get(merchantId)?.get(id);
  }

  function write(delivery: Delivery): void {
    const own = byMerchant.get(delivery.merchantId) ?? new Map<DeliveryId, Delivery>();
    written.add(delivery);
    byMerchant.set(delivery.merchantId, own.set(delivery.id, delivery));
    if (delivery.status === 'pending') shelve(delivery, 'in');
  }

  function shelve(delivery: PendingDelivery, where: 'in' | 'out'): void {
    const list = shards[deliveryShardOf(delivery.endpointId)] ?? [];
    let low = 0;
    for (let high = list.length; low < high; ) {
      const middle = (low + high) >>> 1;
      const other = list[middle];
      if (other !== undefined && byDue(other, delivery) < 0) low = middle + 1;
      else high = middle;
    }
    if (where === 'in') list.splice(low, 0, delivery);
    else list.splice(low, 1);
  }
}

const byDue = (a: PendingDelivery, b: PendingDelivery): number =>
  a.dueAt - b.dueAt || inOrder(a.eventId, b.eventId) || inOrder(a.id, b.id);

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const matches = (delivery: Delivery, { endpointId, status, eventType }: DeliveryFilter): boolean =>
  (endpointId === undefined || delivery.endpointId === endpointId) &&
  (status === undefined || delivery.status === status) &&
  (eventType === undefined || delivery.eventType === eventType);
