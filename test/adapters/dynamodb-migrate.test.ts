import { randomUUID } from 'node:crypto';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

const STEPS = ['create-table', 'enable-time-to-live', 'schema-2'];

function aTable() {
  const client = dynamodbClient({ region: 'local', endpoint: engine.url });
  const table = `test-${randomUUID()}`;
  return { client, table, storage: dynamodbStorage({ client, table }) };
}

it('makes the table once and then has nothing to do', async () => {
  const { client, table, storage } = aTable();
  expect((await migrateDynamoDb(client, table))._unsafeUnwrap()).toEqual(STEPS);
  expect((await migrateDynamoDb(client, table))._unsafeUnwrap()).toEqual([]);
  expect((await storage.health.check()).isOk()).toBe(true);
});

it('may be run by many at once', async () => {
  const { client, table, storage } = aTable();
  const runs = await Promise.all(Array.from({ length: 6 }, () => migrateDynamoDb(client, table)));
  expect(new Set(runs.flatMap((run) => run._unsafeUnwrap()))).toEqual(new Set(STEPS));
  expect((await storage.health.check()).isOk()).toBe(true);
});

it('is missed where it has not run, and does not undo a newer one', async () => {
  const { client, table, storage } = aTable();
  const outdated = (found: string) => ({ kind: 'SchemaOutdated', found, needed: '2' });
  expect((await storage.health.check())._unsafeUnwrapErr()).toEqual(outdated('none'));
  (await migrateDynamoDb(client, table))._unsafeUnwrap();
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: { pk: '#S', sk: 'schema' },
      UpdateExpression: 'SET version = :newer',
      ExpressionAttributeValues: { ':newer': 3 },
    }),
  );
  expect((await migrateDynamoDb(client, table))._unsafeUnwrap()).toEqual([]);
  expect((await storage.health.check())._unsafeUnwrapErr()).toEqual(outdated('3'));
});
