import type { Aggregates } from '../../ports/aggregates.ts';
import { attempt } from './faults.ts';
import { aggregateOf } from './items.ts';
import { findAll, findOne, type PartitionQuery, type Read, within } from './reads.ts';
import { aggregateKey, aggregatePartition, type Table, uniqueKey } from './table.ts';

export const dynamodbAggregates = (table: Table, read: Read): Aggregates => ({
  find: (merchantId, kind, id) =>
    findOne(read, aggregateKey(merchantId, kind, id), (item) => aggregateOf(kind, item)),
  findByKey: (merchantId, kind, key) =>
    attempt(async () => {
      const held = await read(uniqueKey(merchantId, kind, key));
      return held && read(aggregateKey(merchantId, kind, String(held['holder'])));
    }).map((item) => item && aggregateOf(kind, item)),
  list: (merchantId, kind, { limit, after }) =>
    findAll(
      table,
      ascending(aggregatePartition(merchantId, kind), after),
      (item) => aggregateOf(kind, item),
      limit,
    ),
});

/** A partition by ascending id, from behind `after` on. No sort key is empty, and no query may ask for one. */
export const ascending = (pk: string, after: string | undefined): PartitionQuery =>
  after === undefined || after === ''
    ? within(pk)
    : {
        KeyConditionExpression: 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': pk, ':after': after },
      };
