import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { MOST_SOCKETS } from '../src/adapters/dynamodb/client.ts';
import { aggregateKey, claimKey, paymentPartitions } from '../src/adapters/dynamodb/table.ts';
import { writesOf } from '../src/adapters/dynamodb/writes.ts';
import { present } from '../src/domain/kernel/present.ts';
import type { Change } from '../src/ports/commits.ts';
import type { RawDriver } from './rows.ts';

/**
 * lib-dynamodb over the same table, with the same items and conditions but one: recorded transfers are written in any
 * order, so what was spent of a balance before is not looked at.
 */
export function rawDynamoDb(client: DynamoDBDocumentClient, table: string): RawDriver {
  const write = (changes: readonly Change[]) =>
    client.send(
      new TransactWriteCommand({
        TransactItems: changes.flatMap((change) =>
          writesOf(table, withoutSpending(change), 'short').map(({ operation }) => operation),
        ),
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
    readClaim({ claim }) {
      if (claim === undefined) throw new Error('the change has no claim to read');
      return client.send(
        new GetCommand({ TableName: table, Key: claimKey(claim.next), ConsistentRead: true }),
      );
    },
    readPage: (merchantId, limit) =>
      newestOf(
        paymentPartitions(merchantId).map((partition) => readingOf(client, table, partition)),
        limit,
      ),
    async summarize(merchantId) {
      const partitions = paymentPartitions(merchantId).map((partition) =>
        readingOf(client, table, partition, 'sk, #status, currency, amount', { '#status': 'status' }),
      );
      await Promise.all(partitions.map(allOf));
    },
    readAggregate: (merchantId, kind, id) =>
      client.send(
        new GetCommand({ TableName: table, Key: aggregateKey(merchantId, kind, id), ConsistentRead: true }),
      ),
  };
}

const withoutSpending = (change: Change): Change =>
  Object.fromEntries(Object.entries(change).filter(([part]) => part !== 'spending')) as unknown as Change;

async function allOf(partition: Reading): Promise<void> {
  while (partition.hasMore) await partition.more(10_000);
}

/** A partition as far as it was read, newest first. */
type Reading = { items: Row[]; hasMore: boolean; more(limit: number): Promise<void> };
type Row = Readonly<{ sk: string }>;

/**
 * The newest of all partitions, in order. Rows older than the end of a partition with more to come are not sure yet, so
 * those partitions are read on.
 */
async function newestOf(partitions: readonly Reading[], limit: number): Promise<readonly Row[]> {
  for (let asked = partitions, left = limit; ; ) {
    const even = left / partitions.length;
    await Promise.all(asked.map((partition) => partition.more(Math.ceil(even + Math.sqrt(even) / 2))));
    const rows = partitions.flatMap(({ items }) => items).sort((a, b) => (a.sk < b.sk ? 1 : -1));
    const sure = rows.findIndex(({ sk }) => partitions.some((partition) => sk < endOf(partition)));
    const unsure = rows[sure];
    if (unsure === undefined || sure >= limit) return rows.slice(0, limit);
    left = limit - sure;
    asked = partitions.filter((partition) => unsure.sk < endOf(partition));
  }
}

/** Nothing newer than this is to come from the partition. */
const endOf = ({ items, hasMore }: Reading): string => (hasMore ? (items.at(-1)?.sk ?? '~') : '');

/** By default the same bytes that our adapter asks for. */
function readingOf(
  client: DynamoDBDocumentClient,
  table: string,
  partition: string,
  projection = 'sk, #record, audit_hash',
  names: Readonly<Record<string, string>> = { '#record': 'record' },
): Reading {
  let next: Record<string, unknown> | undefined;
  const reading: Reading = {
    items: [],
    hasMore: true,
    async more(limit) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          ScanIndexForward: false,
          Limit: limit,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': partition },
          ProjectionExpression: projection,
          ExpressionAttributeNames: names,
          ...present({ ExclusiveStartKey: next }),
        }),
      );
      reading.items.push(...(Items as Row[]));
      next = LastEvaluatedKey;
      reading.hasMore = next !== undefined;
    },
  };
  return reading;
}
