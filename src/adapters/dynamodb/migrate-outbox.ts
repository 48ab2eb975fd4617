import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { withRetry } from './faults.ts';
import { eventItem, eventOf, type Item } from './items.ts';
import { queryItems } from './reads.ts';
import { outboxPartitions, type Table } from './table.ts';

const WIDTH = 16;

/**
 * Puts unsent events from before there were shards by payment into the shard of their payment. True when there were
 * any. An event that is sent meanwhile stays gone.
 */
export async function moveOldEvents(table: Table): Promise<boolean> {
  let isAny = false;
  for (const pk of outboxPartitions()) {
    const items = await queryItems(table, {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
    });
    const strays = items.filter((item) => eventItem(eventOf(item))['pk'] !== pk);
    for (let at = 0; at < strays.length; at += WIDTH)
      await Promise.all(strays.slice(at, at + WIDTH).map((item) => move(table, item)));
    isAny ||= strays.length > 0;
  }
  return isAny;
}

async function move(table: Table, { pk, sk, ...rest }: Item): Promise<void> {
  const moved = { ...rest, ...eventItem(eventOf({ pk, sk, ...rest })) };
  await withRetry(table, async (abortSignal) => {
    const command = new TransactWriteCommand({
      TransactItems: [
        { Delete: { TableName: table.name, Key: { pk, sk }, ConditionExpression: 'attribute_exists(pk)' } },
        { Put: { TableName: table.name, Item: moved } },
      ],
    });
    try {
      await table.client.send(command, { abortSignal });
    } catch (fault) {
      // A rival has moved it, or we have and the reply was lost.
      const reasons = fault instanceof TransactionCanceledException ? fault.CancellationReasons : undefined;
      if (reasons?.[0]?.Code !== 'ConditionalCheckFailed') throw fault;
    }
  });
}
