import { type DomainEvent, EVENTS_KEPT_MS, entityOf } from '../../domain/kernel/events.ts';
import { firstIdAt, lastIdAt, type MerchantId } from '../../domain/kernel/ids.ts';
import type { EventLog, EventLogFilter } from '../../ports/event-log.ts';
import { putBatches } from './batch-writes.ts';
import { attempt } from './faults.ts';
import { eventItem, eventOf, type Item } from './items.ts';
import { firstOf, newestOf } from './newest.ts';
import type { PartitionQuery } from './reads.ts';
import {
  entityEventKey,
  entityEventPartition,
  eventLogPartitions,
  type ItemKey,
  loggedEventKey,
  type Table,
  TTL_ATTRIBUTE,
} from './table.ts';

/**
 * Two items each, one among all of the merchant and one among those of its entity, so that neither list reads past events
 * of others; to be deleted by time. Events never change, so writing one again is harmless.
 */
export const dynamodbEventLog = (table: Table): EventLog => ({
  addAll: (events) =>
    attempt(async () => {
      const items = [...new Map(events.map((event) => [event.id, event])).values()].flatMap(loggedItems);
      await putBatches(table, items);
    }),
  list: (merchantId, filter, page) =>
    attempt(async () => {
      const queries = page.limit <= 0 ? [] : queriesFor(merchantId, filter, page.before);
      return queries.length === 0 ? [] : newestOf(table, queries, page);
    }).map((items) => items.map(eventOf)),
  following: (merchantId, { from, before }, limit) =>
    attempt(async () => {
      // Sort keys between two include both, and the later one is passed over.
      const queries = eventLogPartitions(merchantId).map((pk) => within(pk, from, before));
      return from >= before ? [] : firstOf(table, queries, { order: 'oldest', limit, before });
    }).map((items) => items.map(eventOf)),
});

const within = (pk: string, low: string, high: string): PartitionQuery => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
  ExpressionAttributeValues: { ':pk': pk, ':low': low, ':high': high },
});

/** What is written of an event: itself, and its place among those of its entity. */
export function loggedItems(event: DomainEvent): readonly Item[] {
  const entityId = entityOf(event);
  const keys: readonly ItemKey[] = [
    loggedEventKey(event.merchantId, event.id),
    ...(entityId === undefined ? [] : [entityEventKey(event.merchantId, entityId, event.id)]),
  ];
  const forgettable = Math.ceil((event.created + EVENTS_KEPT_MS) / 1_000);
  return keys.map((key) => ({ ...eventItem(event), ...key, [TTL_ATTRIBUTE]: forgettable }));
}

/** 'g' sorts behind every hex digit. */
function queriesFor(
  merchantId: MerchantId,
  { types, entityId, from, to }: EventLogFilter,
  before: string | undefined,
): readonly PartitionQuery[] {
  const low = from === undefined ? 'evt_' : firstIdAt('evt', from);
  const latest = to === undefined ? 'evt_g' : lastIdAt('evt', to);
  const high = before !== undefined && before < latest ? before : latest;
  if (low > high || types?.length === 0) return [];
  const named = types?.map((type, n) => [`:type${n}`, type] as const);
  const partitions =
    entityId === undefined ? eventLogPartitions(merchantId) : [entityEventPartition(merchantId, entityId)];
  return partitions.map((pk) => ({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
    ...(named === undefined
      ? {}
      : {
          FilterExpression: `#type IN (${named.map(([name]) => name).join(', ')})`,
          ExpressionAttributeNames: { '#type': 'type' },
        }),
    ExpressionAttributeValues: {
      ':pk': pk,
      ':low': low,
      ':high': high,
      ...Object.fromEntries(named ?? []),
    },
  }));
}
