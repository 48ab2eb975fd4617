import { unprocessed, withRetry } from './faults.ts';
import type { Item } from './items.ts';
import type { Table } from './table.ts';

/** What a BatchWriteItem takes. */
const MOST_WRITTEN = 25;

/** Puts items that are each under a key of their own, as many at a time as DynamoDB takes, all batches at once. */
export async function putBatches(table: Table, items: readonly Item[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(items.length / MOST_WRITTEN) }, (_, n) =>
    items.slice(n * MOST_WRITTEN, (n + 1) * MOST_WRITTEN),
  );
  await Promise.all(batches.map((batch) => putAll(table, batch)));
}

async function putAll(table: Table, items: readonly Item[]): Promise<void> {
  let left = items.map((Item) => ({ PutRequest: { Item } }));
  await withRetry(table, async (abortSignal) => {
    const { UnprocessedItems } = await table.call(
      'BatchWriteItem',
      { RequestItems: { [table.name]: left } },
      abortSignal,
    );
    left = (UnprocessedItems?.[table.name] ?? []) as typeof left;
    if (left.length > 0) throw unprocessed();
  });
}
