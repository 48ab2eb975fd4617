import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { LONGEST_RETRY_MS, type Outbox, type Outgoing } from '../../ports/outbox.ts';
import { type DeliveryFailure, sealOfFailure } from '../shared/row-seal.ts';
import { deleteBatches } from './batch-writes.ts';
import { updateItem } from './conditional-writes.ts';
import { attempt, withRetry } from './faults.ts';
import { type EventItems, outboxEventOf, parkedEventItem } from './items.ts';
import { findAll, type PartitionQuery, queryItems, type Read, within } from './reads.ts';
import {
  eventKey,
  type ItemKey,
  outboxPartition,
  outboxPartitions,
  parkedEventKey,
  parkedPartition,
  type Table,
} from './table.ts';
import { moveItem } from './transactions.ts';

/** Where a count ends. */
const MOST_COUNTED = 10_000;

/**
 * Every call reads from the oldest event on, in partitions that hold unsent events only. The partitions are not read
 * at one moment, so an older event may be missing beside a newer one, but only from this answer: the next begins with it.
 */
export const dynamodbOutbox = <Event extends Outgoing>(
  table: Table,
  read: Read,
  events: EventItems<Event>,
): Outbox<Event> => ({
  unsent: (limit) =>
    attempt(() =>
      Promise.all(outboxPartitions(events.outbox).map((pk) => queryItems(table, within(pk), limit))),
    ).map((found) => found.flat().map(events.eventOf).sort(byId).slice(0, limit)),

  next: (shards, now, limit) =>
    attempt(() =>
      Promise.all(
        shards.map((shard) =>
          queryItems(table, notWaiting(within(outboxPartition(shard, events.outbox)), now), limit),
        ),
      ),
    ).map((found) =>
      found
        .flat()
        .map((item) => outboxEventOf(events, item))
        .sort(byId),
    ),

  sent: (gone) =>
    attempt(() =>
      deleteBatches(
        table,
        gone.map((event) => eventKey(event, events.outbox)),
      ),
    ),

  failed: (event, error, next) =>
    attempt(() =>
      next === 'parked'
        ? moveItem(
            table,
            eventKey(event, events.outbox),
            parkedEventItem(events, { ...event, tries: event.tries + 1, error }),
          )
        : defer(table, eventKey(event, events.outbox), {
            id: event.id,
            tries: event.tries + 1,
            error,
            retryAt: next,
          }),
    ).map(() => undefined),

  parked: (limit) =>
    findAll(table, within(parkedPartition(events.outbox)), (item) => outboxEventOf(events, item), limit),

  unpark: (id) =>
    attempt(async () => {
      const key = parkedEventKey(id, events.outbox);
      const item = await read(key);
      return item !== undefined && moveItem(table, key, events.itemOf(events.eventOf(item)));
    }),

  backlog: () =>
    attempt(async () => {
      const partitions = outboxPartitions(events.outbox);
      const [counts, parked, oldest] = await Promise.all([
        Promise.all(partitions.map((pk) => count(table, within(pk)))),
        count(table, within(parkedPartition(events.outbox))),
        Promise.all(partitions.map((pk) => queryItems(table, within(pk), 1))),
      ]);
      const [first] = oldest.flat().map(events.eventOf).sort(byId);
      return {
        unsent: counts.reduce((sum, each) => sum + each, 0),
        parked,
        ...present({ oldestAt: first?.created }),
      };
    }),
});

const byId = (a: Readonly<{ id: string }>, b: Readonly<{ id: string }>): number => (a.id < b.id ? -1 : 1);

const notWaiting = (query: PartitionQuery, now: Instant): PartitionQuery => ({
  ...query,
  FilterExpression: 'attribute_not_exists(retry_at) OR retry_at <= :now OR retry_at > :longest',
  ExpressionAttributeValues: {
    ...query.ExpressionAttributeValues,
    ':now': now,
    ':longest': now + LONGEST_RETRY_MS,
  },
});

/** Nothing when the event is gone. */
const defer = async (table: Table, Key: ItemKey, failure: DeliveryFailure): Promise<boolean> => {
  const { tries, retryAt, error } = failure;
  const deferred = await updateItem(table, {
    Key,
    UpdateExpression: 'SET tries = :tries, retry_at = :until, failure = :failure, failure_seal = :seal',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: {
      ':tries': tries,
      ':until': retryAt,
      ':failure': error,
      ':seal': sealOfFailure(failure),
    },
  });
  return deferred !== undefined;
};

async function count(table: Table, query: PartitionQuery): Promise<number> {
  let sum = 0;
  let next: Record<string, unknown> | undefined;
  do {
    const page = await withRetry(table, (abortSignal) =>
      table.call(
        'Query',
        {
          ...query,
          TableName: table.name,
          ConsistentRead: true,
          Select: 'COUNT',
          ...present({ ExclusiveStartKey: next }),
        },
        abortSignal,
      ),
    );
    sum += page.Count ?? 0;
    next = page.LastEvaluatedKey;
  } while (next !== undefined && sum < MOST_COUNTED);
  return sum;
}
