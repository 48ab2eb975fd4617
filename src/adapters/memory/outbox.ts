import { okAsync } from 'neverthrow';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  LONGEST_RETRY_MS,
  type Outbox,
  type OutboxEvent,
  type Outgoing,
  outboxShardOf,
} from '../../ports/outbox.ts';
import { type OutboxStore, positionOf, type Unsent } from './store.ts';

export const memoryOutbox = <Event extends Outgoing = DomainEvent>(
  store: OutboxStore<Event>,
): Outbox<Event> => ({
  unsent: (limit) => okAsync(store.outbox.slice(0, limit).map(({ event }) => event)),

  next(shards, now, limit) {
    const left = new Map(shards.map((shard) => [shard, limit]));
    const found: OutboxEvent<Event>[] = [];
    for (const { event, failure } of store.outbox) {
      const shard = outboxShardOf(event);
      const room = left.get(shard) ?? 0;
      const waitMs = (failure?.retryAt ?? now) - now;
      if (room <= 0 || (waitMs > 0 && waitMs <= LONGEST_RETRY_MS)) continue;
      found.push({ ...event, tries: 0, ...failure });
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
    const event = remove(store, id);
    if (event === undefined) return okAsync(undefined);
    if (next === 'parked') store.parked.set(id, written(store, { event, tries: tries + 1, error }));
    else putEvent(store, event, { tries: tries + 1, retryAt: next, error });
    return okAsync(undefined);
  },

  parked: (limit) =>
    okAsync(
      [...store.parked.values()]
        .map(({ event, tries, error }) => ({ ...event, tries, error }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    ),

  unpark(id) {
    const parked = store.parked.get(id);
    if (parked === undefined) return okAsync(false);
    store.parked.delete(id);
    putEvent(store, parked.event);
    return okAsync(true);
  },

  backlog() {
    const [oldest] = store.outbox;
    return okAsync({
      unsent: store.outbox.length,
      parked: store.parked.size,
      ...present({ oldestAt: oldest?.event.created }),
    });
  },
});

/** Puts an event among those that wait, where its id sorts. */
export function putEvent<Event extends Outgoing>(
  store: OutboxStore<Event>,
  event: Event,
  failure?: Unsent['failure'],
): void {
  const unsent: Unsent<Event> = { id: event.id, event, ...present({ failure }) };
  store.outbox.splice(positionOf(store.outbox, event.id), 0, written(store, unsent));
}

/** Noted as what the adapter wrote: a seal, on databases. */
function written<Value extends object>(
  { written: objects }: Pick<OutboxStore, 'written'>,
  value: Value,
): Value {
  objects.add(value);
  return value;
}

function remove<Event extends Outgoing>(store: OutboxStore<Event>, id: Event['id']): Event | undefined {
  const position = positionOf(store.outbox, id);
  if (store.outbox[position]?.id !== id) return undefined;
  return store.outbox.splice(position, 1)[0]?.event;
}
