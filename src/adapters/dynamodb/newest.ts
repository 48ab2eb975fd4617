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

/**
 * The newest items again, of no more than `most` that are looked at, or a page of each partition more: behind `next`, which is absent at the end,
 * there may be others.
 */
export async function newestLookedAt(
  table: Table,
  queries: readonly PartitionQuery[],
  { limit, before, most }: Readonly<{ limit: number; before?: string; most: number }>,
): Promise<Readonly<{ items: readonly Item[]; next?: string }>> {
  const partitions = queries.map((query) => reading(table, { ...query, ScanIndexForward: false }, 1));
  const share = Math.ceil(most / queries.length);
  for (let looked = 0; ; ) {
    // Of what no partition has come to yet some may be missing.
    const edge = edgeOf(partitions);
    const found = partitions
      .flatMap(({ items }) => items)
      .filter(({ sk }) => sk !== before && (edge === undefined || String(sk) >= edge))
      .toSorted((a, b) => (String(a['sk']) > String(b['sk']) ? -1 : 1));
    const isFull = found.length >= limit;
    if (isFull || edge === undefined || (looked >= most && edge < (before ?? ALL))) {
      const items = found.slice(0, limit);
      return { items, ...present({ next: isFull ? (items.at(-1)?.['sk'] as string) : edge }) };
    }
    // The first of most filters are among the newest.
    const size = Math.min(share, looked === 0 ? FEW : MANY);
    looked += size * queries.length;
    await Promise.all(partitions.filter(({ hasMore }) => hasMore).map((each) => each.more(size)));
  }
}

/** So many are looked at by one query: at first, and where few are found. */
const [FEW, MANY] = [200, 500];

/** How far every partition has been looked at; undefined when all were to their end. */
function edgeOf(partitions: readonly Reading[]): string | undefined {
  const positions = partitions.flatMap(({ hasMore, position }) => (hasMore ? [position ?? ALL] : []));
  return positions.reduce<string | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined);
}

/** Behind every sort key: nothing was looked at. */
const ALL = '\uffff';

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
type Reading = {
  items: Item[];
  hasMore: boolean;
  /** The sort key of the last that was looked at, where there are more. */
  position?: string;
  more(limit: number): Promise<void>;
};

/** A filter drops items after they were counted, so it is given `filtered` to choose from at the least. */
function reading(table: Table, query: PartitionQuery, filtered = FEW): Reading {
  let next: Item | undefined;
  const read: Reading = {
    items: [],
    hasMore: true,
    async more(limit) {
      const page = await queryPage(table, {
        ...query,
        Limit: query.FilterExpression !== undefined ? Math.max(filtered, limit) : limit,
        ...present({ ExclusiveStartKey: next }),
      });
      read.items.push(...page.items);
      next = page.next;
      read.hasMore = next !== undefined;
      if (next !== undefined) read.position = String(next['sk']);
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
