import type { Instant } from '../../domain/kernel/instant.ts';
import type { Item } from './items.ts';
import { queryItems } from './reads.ts';
import { DUE_INDEX, type Table } from './table.ts';

/** The keys of what is due in these shards of the due index, most overdue first, up to `limit`. The index lags. */
export async function overdue(
  table: Table,
  shards: readonly number[],
  now: Instant,
  limit: number,
): Promise<readonly Item[]> {
  const found = await Promise.all(
    shards.map((shard) =>
      queryItems(
        table,
        {
          IndexName: DUE_INDEX,
          KeyConditionExpression: 'due_shard = :shard AND due_at <= :now',
          ExpressionAttributeValues: { ':shard': shard, ':now': now },
        },
        limit,
      ),
    ),
  );
  return found
    .flat()
    .sort((a, b) => Number(a['due_at']) - Number(b['due_at']))
    .slice(0, limit);
}
