import { okAsync } from 'neverthrow';
import type { DomainEvent } from '../../domain/events.ts';
import { type Outbox, type OutboxEvent, outboxShardOf } from '../../ports/outbox.ts';
import { type MemoryStore, positionOf } from './store.ts';

export const memoryOutbox = (store: MemoryStore): Outbox => ({
  unsent: (limit) => okAsync(store.outbox.slice(0, limit)),

  next(shards, now, limit) {
    const left = new Map(shards.map((shard) => [shard, limit]));
    const found: OutboxEvent[] = [];
    for (const event of store.outbox) {
      const shard = outboxShardOf(event);
      const room = left.get(shard) ?? 0;
      const told = store.tellings.get(event.id);
      if (room <= 0 || (told?.retryAt ?? now) > now) continue;
      found.push({ ...event, tries: 0, ...told });
      if (room === 1) left.delete(shard);
      else left.set(shard, room - 1);
      if (left.size === 0) break;
    }
    return okAsync(found);
  },

  sent(events) {
    for (const { id } of events) remove(store, id);
    return okAsync(undefined);
  },

  failed({ id, tries }, error, next) {
    if (next === 'parked') {
      const event = remove(store, id);
      if (event !== undefined) store.parked.set(id, { ...event, tries: tries + 1, error });
    } else if (store.outbox[positionOf(store.outbox, id)]?.id === id) {
      store.tellings.set(id, { tries: tries + 1, retryAt: next, error });
    }
    return okAsync(undefined);
  },

  parked: (limit) =>
    okAsync([...store.parked.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)),

  unpark(id) {
    const parked = store.parked.get(id);
    if (parked === undefined) return okAsync(false);
    const { tries: _tries, error: _error, ...event } = parked;
    store.parked.delete(id);
    store.outbox.splice(positionOf(store.outbox, id), 0, event);
    return okAsync(true);
  },

  backlog() {
    const [oldest] = store.outbox;
    return okAsync({
      unsent: store.outbox.length,
      parked: store.parked.size,
      ...(oldest === undefined ? {} : { oldestAt: oldest.created }),
    });
  },
});

function remove(store: MemoryStore, id: DomainEvent['id']): DomainEvent | undefined {
  const position = positionOf(store.outbox, id);
  if (store.outbox[position]?.id !== id) return undefined;
  store.tellings.delete(id);
  return store.outbox.splice(position, 1)[0];
}
