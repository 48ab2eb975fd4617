import { isClosed } from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
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
    attempt(() => openOrClosed(read, merchantId, kind, id)).map((item) => item && aggregateOf(kind, item)),
  findByKey: (merchantId, kind, key) =>
    attempt(async () => {
      const held = await read(uniqueKey(merchantId, kind, key));
      return held && openOrClosed(read, merchantId, kind, String(held['holder']));
    }).map((item) => item && aggregateOf(kind, item)),
  list: (merchantId, kind, { limit, after, isOpen = false }) =>
    attempt(async () => {
      const open = ascending(aggregatePartition(merchantId, kind), after);
      if (!CLOSING.has(kind)) return queryItems(table, open, limit);
      if (isOpen) return openItems(table, kind, open, limit);
      const closed = ascending(closedAggregatePartition(merchantId, kind), after);
      return (await mergedItems(table, [open, closed], limit)).slice(0, limit);
    }).map((items) => items.map((item) => aggregateOf(kind, item))),
  newest: (merchantId, kind, { isOpen, ...page }) =>
    attempt(() => {
      const [open, closed] = [
        aggregatePartition(merchantId, kind),
        closedAggregatePartition(merchantId, kind),
      ];
      const partitions = CLOSING.has(kind)
        ? [...(isOpen === false ? [] : [open]), ...(isOpen === true ? [] : [closed])]
        : [open];
      return newestItems(table, partitions, page);
    }).map((items) => items.map((item) => aggregateOf(kind, item))),
});

/** What closes between the two reads is found by the second. */
const openOrClosed = async (read: Read, merchantId: MerchantId, kind: AggregateKind, id: string) =>
  (await read(aggregateKey(merchantId, kind, id))) ??
  (CLOSING.has(kind) ? read(closedAggregateKey(merchantId, kind, id)) : undefined);

async function newestItems(
  table: Table,
  partitions: readonly string[],
  { limit, before, from }: Readonly<{ limit: number; before?: string; from?: string }>,
): Promise<readonly Item[]> {
  if (before !== undefined && from !== undefined && before <= from) return [];
  // A range has both its ends in it, and `before` is not wanted.
  const most = before === undefined ? limit : limit + 1;
  const items = await mergedItems(
    table,
    partitions.map((pk) => ({ ...rangeOf(pk, before, from), ScanIndexForward: false })),
    most,
  );
  return items
    .filter(({ sk }) => sk !== before)
    .reverse()
    .slice(0, limit);
}

const rangeOf = (pk: string, before: string | undefined, from: string | undefined): PartitionQuery =>
  before === undefined && from === undefined
    ? within(pk)
    : {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :before',
        // No id begins with either, and all are between them.
        ExpressionAttributeValues: { ':pk': pk, ':from': from ?? ' ', ':before': before ?? '~' },
      };

/** The kinds whose aggregates close. */
const CLOSING: ReadonlySet<AggregateKind> = new Set([
  'webhook_endpoint',
  'export_schedule',
  'job',
  'exception',
]);

/** By ascending id. The open ones are read first, so that one that closes meanwhile is not missed; then it is met twice. */
async function mergedItems(table: Table, queries: readonly PartitionQuery[], limit: number) {
  const items = new Map<unknown, Item>();
  for (const query of queries)
    for (const item of await queryItems(table, query, limit)) items.set(item['sk'], item);
  return [...items.values()].sort((a, b) => (String(a['sk']) < String(b['sk']) ? -1 : 1));
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
