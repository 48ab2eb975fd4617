import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Delivery, PendingDelivery } from '../../domain/webhooks/delivery.ts';
import {
  DELIVERY_SHARDS,
  type Deliveries,
  type DeliveryFilter,
  MOST_DUE_COUNTED,
} from '../../ports/deliveries.ts';
import { ABSENT, putItem, versionIs } from './conditional-writes.ts';
import { deliveryItem, deliveryOf } from './delivery-items.ts';
import { attempt } from './faults.ts';
import type { Item } from './items.ts';
import { newestOf } from './newest.ts';
import { findOne, type PartitionQuery, queryItems, queryPage, type Read } from './reads.ts';
import {
  DUE_INDEX,
  deliveryDueShard,
  deliveryKey,
  deliveryPartitions,
  type ItemKey,
  type Table,
} from './table.ts';

/**
 * One item each, in the due index while it is pending, to be deleted by time once it has ended. What the index names is
 * read from the table itself, so that at most the newest are missing, and nothing is due that has ended.
 */
export const dynamodbDeliveries = (table: Table, read: Read): Deliveries => ({
  addAll: (deliveries) =>
    attempt(() =>
      Promise.all(deliveries.map((each) => putItem(table, { Item: deliveryItem(each), ...ABSENT }))),
    ).map(() => undefined),
  due: (shards, now, limit) =>
    attempt(async () => {
      const found = await Promise.all(shards.map((shard) => dueOf(table, read, { shard, now, limit })));
      return found.flat().sort((a, b) => a.dueAt - b.dueAt || (a.eventId < b.eventId ? -1 : 1));
    }),
  backlog: (now) =>
    attempt(async () => {
      const shards = Array.from({ length: DELIVERY_SHARDS }, (_, shard) => dueQuery(shard, now));
      const found = await Promise.all(
        shards.map((query) =>
          queryItems(table, { ...query, ProjectionExpression: 'due_at' }, MOST_DUE_COUNTED),
        ),
      );
      const times = found.map(([first]) => first && Math.floor(Number(first['due_at'])));
      const oldestDueAt = times.filter((time) => time !== undefined).toSorted((a, b) => a - b)[0];
      const due = found.reduce((sum, { length }) => sum + length, 0);
      return { due: Math.min(due, MOST_DUE_COUNTED), ...present({ oldestDueAt }) };
    }),
  save: (changes) =>
    attempt(() =>
      Promise.all(
        changes.map(({ expected, next }) =>
          putItem(table, { Item: deliveryItem(next), ...versionIs(expected) }),
        ),
      ),
    ),
  find: (merchantId, id) => findOne(read, deliveryKey(merchantId, id), deliveryOf),
  list: (merchantId, filter, page) =>
    attempt(async () =>
      page.limit <= 0 || isEmptyRange(page)
        ? []
        : newestOf(table, listQueries(merchantId, filter, page), page),
    ).map((items) => items.map(deliveryOf)),
});

/** What the index names and has moved on is passed over, and what stands behind it is read, so that none hides another. */
async function dueOf(
  table: Table,
  read: Read,
  { shard, now, limit }: Readonly<{ shard: number; now: number; limit: number }>,
): Promise<readonly PendingDelivery[]> {
  const due: PendingDelivery[] = [];
  if (limit <= 0) return due;
  let next: Item | undefined;
  do {
    const page = await queryPage(table, {
      ...dueQuery(shard, now),
      Limit: limit - due.length,
      ...present({ ExclusiveStartKey: next }),
    });
    const items = await Promise.all(page.items.map(({ pk, sk }) => read({ pk, sk } as ItemKey)));
    due.push(
      ...items
        .filter((item) => item !== undefined)
        .map(deliveryOf)
        .filter(isPending)
        .filter(({ dueAt }) => dueAt <= now),
    );
    next = page.next;
  } while (next !== undefined && due.length < limit);
  return due;
}

const dueQuery = (shard: number, now: number): PartitionQuery => ({
  IndexName: DUE_INDEX,
  // Within a millisecond they stand behind it, in the order of their events.
  KeyConditionExpression: 'due_shard = :shard AND due_at < :after',
  ExpressionAttributeValues: { ':shard': deliveryDueShard(shard), ':after': Math.floor(now) + 1 },
});

/** DynamoDB refuses to look between two ends of which the first is behind the second. */
const isEmptyRange = ({ before, since }: Readonly<{ before?: string; since?: string }>): boolean =>
  before !== undefined && since !== undefined && before <= since;

/** 'g' sorts behind every hex digit. */
function listQueries(
  merchantId: MerchantId,
  filter: DeliveryFilter,
  { before = 'whd_g', since = 'whd_' }: Readonly<{ before?: string; since?: string }>,
): readonly PartitionQuery[] {
  const conditions = [
    { name: 'endpoint_id', value: filter.endpointId },
    { name: 'status', value: filter.status },
    { name: 'event_type', value: filter.eventType },
  ].filter(({ value }) => value !== undefined);
  const names = Object.fromEntries(conditions.map(({ name }) => [`#${name}`, name]));
  return deliveryPartitions(merchantId).map((pk) => ({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :since AND :before',
    ...(conditions.length === 0
      ? {}
      : {
          FilterExpression: conditions.map(({ name }) => `#${name} = :${name}`).join(' AND '),
          ExpressionAttributeNames: names,
        }),
    ExpressionAttributeValues: {
      ':pk': pk,
      ':before': before,
      ':since': since,
      ...Object.fromEntries(conditions.map(({ name, value }) => [`:${name}`, value])),
    },
  }));
}

const isPending = (delivery: Delivery): delivery is PendingDelivery => delivery.status === 'pending';
