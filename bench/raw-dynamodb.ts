import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { writesOf } from '../src/adapters/dynamodb/commits.ts';
import { claimKey, paymentPartitions } from '../src/adapters/dynamodb/table.ts';
import type { Change } from '../src/ports/commits.ts';
import type { RawDriver } from './work.ts';

/** A transaction takes 100 items, and a first commit writes four. */
const CHANGES_A_TRANSACTION = 25;

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
    writeTogether: (changes) =>
      Promise.all(
        Array.from({ length: Math.ceil(changes.length / CHANGES_A_TRANSACTION) }, (_, n) =>
          write(changes.slice(n * CHANGES_A_TRANSACTION, (n + 1) * CHANGES_A_TRANSACTION)),
        ),
      ),
    readClaim: ({ claim }) =>
      client.send(new GetCommand({ TableName: table, Key: claimKey(claim.next), ConsistentRead: true })),
    readPage: (merchantId, limit) => {
      const partitions = paymentPartitions(merchantId);
      return Promise.all(
        partitions.map((partition) =>
          client.send(
            new QueryCommand({
              TableName: table,
              ConsistentRead: true,
              ScanIndexForward: false,
              Limit: Math.ceil(limit / partitions.length),
              KeyConditionExpression: 'pk = :pk',
              ExpressionAttributeValues: { ':pk': partition },
            }),
          ),
        ),
      );
    },
  };
}
