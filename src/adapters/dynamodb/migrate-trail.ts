import { type GlobalSecondaryIndexDescription, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { present } from '../../domain/kernel/present.ts';
import { auditEntryOf } from './audit-items.ts';
import { updateItem } from './conditional-writes.ts';
import { withRetry } from './faults.ts';
import type { Item } from './items.ts';
import { AUDIT_PREFIX, type Table, TRAIL_INDEX, trailKey } from './table.ts';
import { tableDefinition } from './table-definition.ts';

/** Adds the trail index to a table made before there was one. The table serves meanwhile; the index fills up behind. */
export async function addTrailIndex(
  table: Table,
  indexes: readonly GlobalSecondaryIndexDescription[],
): Promise<boolean> {
  if (indexes.some(({ IndexName }) => IndexName === TRAIL_INDEX)) return false;
  const { AttributeDefinitions, GlobalSecondaryIndexes } = tableDefinition(table.name);
  const Create = GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === TRAIL_INDEX);
  try {
    await table.client.send(
      new UpdateTableCommand({
        TableName: table.name,
        AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Create }],
      }),
    );
    return true;
  } catch (fault) {
    // A rival is adding it, or has: DynamoDB calls the second a wrong request.
    if ((fault as Error).name === 'ResourceInUseException') return false;
    if (/already exists/i.test((fault as Error).message)) return false;
    throw fault;
  }
}

const WIDTH = 16;

/** Gives links from before the index their place in it; what was hashed stays as it is. True when there were any. */
export async function placeOldLinks(table: Table): Promise<boolean> {
  let isAny = false;
  let next: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await withRetry(table, (abortSignal) =>
      table.client.send(
        new ScanCommand({
          TableName: table.name,
          FilterExpression: 'begins_with(sk, :audit) AND attribute_not_exists(trail)',
          ExpressionAttributeValues: { ':audit': AUDIT_PREFIX },
          ...present({ ExclusiveStartKey: next }),
        }),
        { abortSignal },
      ),
    );
    for (let at = 0; at < Items.length; at += WIDTH)
      await Promise.all(Items.slice(at, at + WIDTH).map((item) => place(table, item)));
    isAny ||= Items.length > 0;
    next = LastEvaluatedKey;
  } while (next !== undefined);
  return isAny;
}

async function place(table: Table, item: Item): Promise<void> {
  const { trail, trail_id } = trailKey(auditEntryOf(item));
  await updateItem(table, {
    Key: { pk: item['pk'], sk: item['sk'] },
    UpdateExpression: 'SET trail = :trail, trail_id = :id',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':trail': trail, ':id': trail_id },
  });
}
