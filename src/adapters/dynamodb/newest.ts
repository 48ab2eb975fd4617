import type { Item } from './items.ts';
import { type PartitionQuery, queryPage } from './reads.ts';
import type { Table } from './table.ts';

/**
 * The newest items of all partitions together, by descending sort key, up to `limit`; fewer only at the end. An item whose
 * sort key is `before` is passed over. Of an index, `sortKey` is the index's own.
 */
export async function newestOf(
  table: Table,
  queries: readonly PartitionQuery[],
  { limit, before }: Readonly<{ limit: number; before?: string }>,
  sortKey = 'sk',
): Promise<readonly Item[]> {
  const partitions = queries.map((query) => newestFirst(table, { ...query, ScanIndexForward: false }));
  const idOf = ({ items: [first] }: Reading) => (first === undefined ? '' : String(first[sortKey]));
  const taken: Item[] = [];
  while (taken.length < limit) {
    // A partition with nothing read but more to come could hold the next, so it is read on before anything older is taken.
    if (partitions.some(({ items, hasMore }) => items.length === 0 && hasMore)) {
      // The others will be empty soon as well, unless the page is nearly full.
      const few = (limit - taken.length) / (2 * partitions.length);
      const thirsty = partitions.filter(({ items, hasMore }) => hasMore && items.length <= few);
      const share = shareOf(limit - taken.length, partitions.length);
      await Promise.all(thirsty.map((each) => each.more(share)));
      continue;
    }
    const newest = partitions.reduce((best, each) => (idOf(each) > idOf(best) ? each : best));
    const item = newest.items.shift();
    if (item === undefined) break;
    if (item[sortKey] !== before) taken.push(item);
  }
  return taken;
}

/** One partition's items as far as they were read. */
type Reading = { items: Item[]; hasMore: boolean; more(limit: number): Promise<void> };

function newestFirst(table: Table, query: PartitionQuery): Reading {
  let next: Item | undefined;
  const reading: Reading = {
    items: [],
    hasMore: true,
    async more(limit) {
      const page = await queryPage(table, {
        ...query,
        // A filter drops items after they were counted, so it is given more to choose from.
        Limit: query.FilterExpression !== undefined ? Math.max(200, limit) : limit,
        ...(next === undefined ? {} : { ExclusiveStartKey: next }),
      });
      reading.items.push(...page.items);
      next = page.next;
      reading.hasMore = next !== undefined;
    },
  };
  return reading;
}

/**
 * What each partition is asked for: its even share and half the spread of chance, where reading a little more of all
 * costs as much as asking those that fall short again.
 */
function shareOf(wanted: number, partitions: number): number {
  const even = wanted / partitions;
  return Math.ceil(even + Math.sqrt(even) / 2);
}
