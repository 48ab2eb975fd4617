import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { MOST_SOCKETS } from '../src/adapters/dynamodb/client.ts';
import { writesOf } from '../src/adapters/dynamodb/commits.ts';
import { claimKey, paymentPartitions } from '../src/adapters/dynamodb/table.ts';
import type { Change } from '../src/ports/commits.ts';
import type { RawDriver } from './work.ts';

/** lib-dynamodb over the same table, with the same items and conditions. */
export function rawDynamoDb(client: DynamoDBDocumentClient, table: string): RawDriver {
  const write = (changes: readonly Change[]) =>
    client.send(
      new TransactWriteCommand({
        TransactItems: changes.flatMap((change) => writesOf(table, change).map(({ put }) => ({ Put: put }))),
      }),
    );
  return {
    async writeEach(changes) {
      for (const change of changes) await write([change]);
    },
    // Each payment stands or falls alone, so each is a transaction of its own here too.
    async writeTogether(changes) {
      let next = 0;
      const lane = async () => {
        for (let change = changes[next++]; change !== undefined; change = changes[next++])
          await write([change]);
      };
      await Promise.all(Array.from({ length: MOST_SOCKETS }, lane));
    },
    readClaim: ({ claim }) =>
      client.send(new GetCommand({ TableName: table, Key: claimKey(claim.next), ConsistentRead: true })),
    readPage: (merchantId, limit) => {
      const partitions = paymentPartitions(merchantId);
      const most = Math.ceil(limit / partitions.length);
      return Promise.all(partitions.map((partition) => readPartition(client, table, partition, most)));
    },
  };
}

async function readPartition(client: DynamoDBDocumentClient, table: string, partition: string, most: number) {
  let left = most;
  let next: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: left,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': partition },
        ...(next === undefined ? {} : { ExclusiveStartKey: next }),
      }),
    );
    left -= Items.length;
    next = LastEvaluatedKey;
  } while (left > 0 && next !== undefined);
}
