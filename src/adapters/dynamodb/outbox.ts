import type { Outbox } from '../../ports/outbox.ts';
import { attempt } from './faults.ts';
import { eventOf } from './items.ts';
import { queryItems } from './reads.ts';
import { outboxPartitions, type Table } from './table.ts';

/**
 * Every call reads from the oldest event on, in partitions that hold unsent events only. The partitions are not read
 * at one moment, so an older event may be missing beside a newer one, but only from this answer: the next begins with it.
 */
export const dynamodbOutbox = (table: Table): Outbox => ({
  unsent: (limit) =>
    attempt(() =>
      Promise.all(
        outboxPartitions().map((pk) =>
          queryItems(
            table,
            { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } },
            limit,
          ),
        ),
      ),
    ).map((found) =>
      found
        .flat()
        .map(eventOf)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    ),
});
