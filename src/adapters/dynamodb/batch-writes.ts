import type { BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unprocessed, withRetry } from './faults.ts';
import type { Item } from './items.ts';
import type { ItemKey, Table } from './table.ts';

type Write = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number];

/** What one BatchWriteItem takes. */
const MOST_WRITTEN = 25;

/** Puts items that are each under a key of their own, as many at a time as DynamoDB takes, all batches at once. */
export const putBatches = (table: Table, items: readonly Item[]): Promise<void> =>
  writeBatches(
    table,
    items.map((Item) => ({ PutRequest: { Item } })),
  );

/** The same of items that are to go; one that is not there is none to take away. */
export const deleteBatches = (table: Table, keys: readonly ItemKey[]): Promise<void> =>
  writeBatches(
    table,
    keys.map((Key) => ({ DeleteRequest: { Key } })),
  );

async function writeBatches(table: Table, writes: readonly Write[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(writes.length / MOST_WRITTEN) }, (_, n) =>
    writes.slice(n * MOST_WRITTEN, (n + 1) * MOST_WRITTEN),
  );
  await Promise.all(batches.map((batch) => writeAll(table, batch)));
}

async function writeAll(table: Table, writes: readonly Write[]): Promise<void> {
  let left = [...writes];
  await withRetry(table, async (abortSignal) => {
    const { UnprocessedItems } = await table.call(
      'BatchWriteItem',
      { RequestItems: { [table.name]: left } },
      abortSignal,
    );
    left = UnprocessedItems?.[table.name] ?? [];
    if (left.length > 0) throw unprocessed();
  });
}
