import { eventItem, eventOf, type Item } from './items.ts';
import { queryItems, within } from './reads.ts';
import { type ItemKey, outboxPartitions, type Table } from './table.ts';
import { moveItem } from './transactions.ts';

const WIDTH = 16;

/**
 * Puts unsent events from before there were shards by payment into the shard of their payment. True when there were
 * any. An event that is sent meanwhile stays gone.
 */
export async function moveOldEvents(table: Table): Promise<boolean> {
  let isAny = false;
  for (const pk of outboxPartitions()) {
    const items = await queryItems(table, within(pk));
    const strays = items.filter((item) => eventItem(eventOf(item))['pk'] !== pk);
    for (let at = 0; at < strays.length; at += WIDTH)
      await Promise.all(strays.slice(at, at + WIDTH).map((item) => toItsShard(table, item)));
    isAny ||= strays.length > 0;
  }
  return isAny;
}

const toItsShard = (table: Table, item: Item): Promise<boolean> => {
  const { pk, sk, ...rest } = item;
  return moveItem(table, { pk, sk } as ItemKey, { ...rest, ...eventItem(eventOf(item)) });
};
