import { present } from '../../domain/kernel/present.ts';
import type { Item } from './items.ts';
import { type PartitionQuery, queryPage } from './reads.ts';
import type { Table } from './table.ts';

/**
 * The newest items of all partitions together, by descending sort key, up to `limit`; fewer only at the end. An item whose
 * sort key is `before` is passed over. Of an index, `sortKey` is the index's own.
 */
export const newestOf = (
  table: Table,
  queries: readonly PartitionQuery[],
  { limit, before }: Readonly<{ limit: number; before?: string }>,
  sortKey = 'sk',
): Promise<readonly Item[]> =>
  firstOf(table, queries, { order: 'newest', limit, ...present({ before }) }, sortKey);

/** The same, by ascending sort key when the order is `oldest`. */
export async function firstOf(
  table: Table,
  queries: readonly PartitionQuery[],
  { order, limit, before }: Readonly<{ order: 'oldest' | 'newest'; limit: number; before?: string }>,
  sortKey = 'sk',
): Promise<readonly Item[]> {
  const isForward = order === 'oldest';
  const partitions = queries.map((query) => reading(table, { ...query, ScanIndexForward: isForward }));
  const isSooner = ({ items: [a] }: Reading, { items: [b] }: Reading) =>
    a !== undefined && (b === undefined || String(a[sortKey]) < String(b[sortKey]) === isForward);
  const taken: Item[] = [];
  while (taken.length < limit) {
    // A partition with nothing read but more to come could hold the next, so it is read on before anything behind it is taken.
    if (partitions.some(({ items, hasMore }) => items.length === 0 && hasMore)) {
      // The others will be empty soon as well, unless the page is nearly full.
      const few = (limit - taken.length) / (2 * partitions.length);
      const thirsty = partitions.filter(({ items, hasMore }) => hasMore && items.length <= few);
      const share = shareOf(limit - taken.length, partitions.length);
      await Promise.all(thirsty.map((each) => each.more(share)));
      continue;
    }
    const next = partitions.reduce((best, each) => (isSooner(each, best) ? each : best));
    const item = next.items.shift();
    if (item === undefined) break;
    if (item[sortKey] !== before) taken.push(item);
  }
  return taken;
}

/** One partition's items as far as they were read. */
type Reading = { items: Item[]; hasMore: boolean; more(limit: number): Promise<void> };

function reading(table: Table, query: PartitionQuery): Reading {
  let next: Item | undefined;
  const read: Reading = {
    items: [],
    hasMore: true,
    async more(limit) {
      const page = await queryPage(table, {
        ...query,
        // A filter drops items after they were counted, so it is given more to choose from.
        Limit: query.FilterExpression !== undefined ? Math.max(200, limit) : limit,
        ...present({ ExclusiveStartKey: next }),
      });
      read.items.push(...page.items);
      next = page.next;
      read.hasMore = next !== undefined;
    },
  };
  return read;
}

/**
 * What each partition is asked for: its even share and half the spread of chance, where reading a little more of all
 * costs as much as asking those that fall short again.
 */
function shareOf(wanted: number, partitions: number): number {
  const even = wanted / partitions;
  return Math.ceil(even + Math.sqrt(even) / 2);
}
