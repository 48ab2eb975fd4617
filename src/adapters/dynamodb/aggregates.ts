import { isClosed } from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import { attempt } from './faults.ts';
import { aggregateOf, type Item } from './items.ts';
import { type PartitionQuery, queryItems, queryPage, type Read, within } from './reads.ts';
import {
  aggregateKey,
  aggregatePartition,
  closedAggregateKey,
  closedAggregatePartition,
  type Table,
  uniqueKey,
} from './table.ts';

export const dynamodbAggregates = (table: Table, read: Read): Aggregates => ({
  find: (merchantId, kind, id) =>
    attempt(async () => {
      const open = await read(aggregateKey(merchantId, kind, id));
      return open ?? (CLOSING.has(kind) ? read(closedAggregateKey(merchantId, kind, id)) : undefined);
    }).map((item) => item && aggregateOf(kind, item)),
  findByKey: (merchantId, kind, key) =>
    attempt(async () => {
      const held = await read(uniqueKey(merchantId, kind, key));
      return held && read(aggregateKey(merchantId, kind, String(held['holder'])));
    }).map((item) => item && aggregateOf(kind, item)),
  list: (merchantId, kind, { limit, after, isOpen = false }) =>
    attempt(async () => {
      const open = ascending(aggregatePartition(merchantId, kind), after);
      if (!CLOSING.has(kind)) return queryItems(table, open, limit);
      if (isOpen) return openItems(table, kind, open, limit);
      return bothItems(table, open, ascending(closedAggregatePartition(merchantId, kind), after), limit);
    }).map((items) => items.map((item) => aggregateOf(kind, item))),
  newest: (merchantId, kind, { limit, before }) =>
    attempt(() =>
      queryItems(
        table,
        { ...descending(aggregatePartition(merchantId, kind), before), ScanIndexForward: false },
        limit,
      ),
    ).map((items) => items.map((item) => aggregateOf(kind, item))),
});

const descending = (pk: string, before: string | undefined): PartitionQuery =>
  before === undefined
    ? within(pk)
    : {
        KeyConditionExpression: 'pk = :pk AND sk < :before',
        ExpressionAttributeValues: { ':pk': pk, ':before': before },
      };

/** The kinds whose aggregates close. */
const CLOSING: ReadonlySet<AggregateKind> = new Set(['webhook_endpoint', 'export_schedule', 'job']);

/** The open ones are read first, so that one that closes meanwhile is not missed; then it is met twice. */
async function bothItems(table: Table, open: PartitionQuery, closed: PartitionQuery, limit: number) {
  const items = new Map<unknown, Item>();
  for (const query of [open, closed])
    for (const item of await queryItems(table, query, limit)) items.set(item['sk'], item);
  return [...items.values()].sort((a, b) => (String(a['sk']) < String(b['sk']) ? -1 : 1)).slice(0, limit);
}

/** Endpoints that an earlier version removed stand among the open ones still. */
async function openItems(
  table: Table,
  kind: AggregateKind,
  query: PartitionQuery,
  limit: number,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let next: Item | undefined;
  do {
    const page = await queryPage(table, {
      ...query,
      Limit: limit - items.length,
      ...present({ ExclusiveStartKey: next }),
    });
    items.push(...page.items.filter((item) => !isClosed(aggregateOf(kind, item))));
    next = page.next;
  } while (next !== undefined && items.length < limit);
  return items;
}

/** A partition by ascending id, from behind `after` on. No sort key is empty, and no query may ask for one. */
export const ascending = (pk: string, after: string | undefined): PartitionQuery =>
  after === undefined || after === ''
    ? within(pk)
    : {
        KeyConditionExpression: 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': pk, ':after': after },
      };
