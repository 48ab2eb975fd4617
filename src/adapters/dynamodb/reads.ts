import { type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ResultAsync } from 'neverthrow';
import type { Day } from '../../domain/kernel/day.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { coalesce } from '../shared/coalesce.ts';
import { attempt, unprocessed, withRetry } from './faults.ts';
import type { Item } from './items.ts';
import type { ItemKey, Table } from './table.ts';

/** Reads one item, strongly consistent. Calls that come together share a BatchGetItem. */
export type Read = (key: ItemKey) => Promise<Item | undefined>;

/** 100 keys is what a BatchGetItem takes; two at a time leave the sockets to the commits. */
export const itemReads = (table: Table): Read =>
  coalesce<ItemKey, Item | undefined>({
    most: 100,
    lanes: 2,
    gate: table.gate,
    run: (keys) => readAll(table, keys),
  });

/** One entity by its key, made from its item. Strongly consistent. */
export const findOne = <Entity>(
  read: Read,
  key: ItemKey,
  entityOf: (item: Item) => Entity,
): ResultAsync<Entity | undefined, StorageUnavailable> =>
  attempt(() => read(key)).map((item) => item && entityOf(item));

async function readAll(table: Table, keys: readonly ItemKey[]): Promise<readonly (Item | undefined)[]> {
  const distinct = new Map(keys.map((key) => [textOf(key), key]));
  const [only] = distinct.values();
  if (distinct.size === 1 && only !== undefined) {
    const { Item } = await withRetry(table, (abortSignal) =>
      table.call('GetItem', { TableName: table.name, Key: only, ConsistentRead: true }, abortSignal),
    );
    return keys.map(() => Item);
  }
  const found = new Map<string, Item>();
  let left: readonly ItemKey[] = [...distinct.values()];
  await withRetry(table, async (abortSignal) => {
    const { Responses, UnprocessedKeys } = await table.call(
      'BatchGetItem',
      {
        RequestItems: { [table.name]: { Keys: [...left], ConsistentRead: true } },
      },
      abortSignal,
    );
    for (const item of Responses?.[table.name] ?? []) found.set(textOf(item as ItemKey), item);
    left = (UnprocessedKeys?.[table.name]?.Keys ?? []) as ItemKey[];
    if (left.length > 0) throw unprocessed();
  });
  return keys.map((key) => found.get(textOf(key)));
}

/** No key of ours holds a space but a claim's own key or a unique one, whose sort keys are constants. */
const textOf = ({ pk, sk }: ItemKey): string => `${sk} ${pk}`;

/** What to query of one partition, in which order, and where to go on. */
export type PartitionQuery = Omit<QueryCommandInput, 'TableName' | 'ConsistentRead'>;

/** One page of a query: `next` is absent at the end of the partition. A page may be empty and yet have a next. */
export type QueryPage = Readonly<{ items: readonly Item[]; next?: Item }>;

/** Strongly consistent unless it asks an index, which cannot be. */
export async function queryPage(table: Table, query: PartitionQuery): Promise<QueryPage> {
  const { Items, LastEvaluatedKey } = await withRetry(table, (abortSignal) =>
    table.call(
      'Query',
      { TableName: table.name, ConsistentRead: query.IndexName === undefined, ...query },
      abortSignal,
    ),
  );
  return { items: Items ?? [], ...present({ next: LastEvaluatedKey }) };
}

/** Page after page until `most` items are there or the partition ends. */
export async function queryItems(
  table: Table,
  query: PartitionQuery,
  most: number = Number.POSITIVE_INFINITY,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  if (most <= 0) return items;
  let next: Item | undefined;
  do {
    const limit = Number.isFinite(most) ? { Limit: most - items.length } : {};
    const page = await queryPage(table, {
      ...query,
      ...limit,
      ...present({ ExclusiveStartKey: next }),
    });
    items.push(...page.items);
    next = page.next;
  } while (next !== undefined && items.length < most);
  return items;
}

/** What a query finds, up to `most`, each made from its item. */
export const findAll = <Entity>(
  table: Table,
  query: PartitionQuery,
  entityOf: (item: Item) => Entity,
  most?: number,
): ResultAsync<readonly Entity[], StorageUnavailable> =>
  attempt(() => queryItems(table, query, most)).map((items) => items.map(entityOf));

/** A whole partition by ascending sort key. */
export const within = (pk: string): PartitionQuery => ({
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': pk },
});

/** The items of a partition whose sort keys begin with `prefix`. */
export const beginningWith = (pk: string, prefix: string): PartitionQuery => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
});

/** Of items whose sort keys begin with a UTC day: those of the days asked for, both included, from all of the partitions. */
export async function queryDays(
  table: Table,
  partitions: readonly string[],
  { from = '0', to = '9999-12-31' }: Readonly<{ from?: Day; to?: Day }>,
): Promise<readonly Item[]> {
  // A query must not ask from behind its own end.
  if (from > to) return [];
  const found = await Promise.all(
    partitions.map((pk) =>
      queryItems(table, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': `${to}#~` },
      }),
    ),
  );
  return found.flat();
}
