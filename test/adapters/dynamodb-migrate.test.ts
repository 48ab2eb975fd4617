import { randomUUID } from 'node:crypto';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approvalsDynamodbStorage } from '../../src/adapters/dynamodb/approvals/storage.ts';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { auditKey, eventKey, historyPartition } from '../../src/adapters/dynamodb/table.ts';
import { tableDefinition } from '../../src/adapters/dynamodb/table-definition.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { outboxShardOf } from '../../src/ports/outbox.ts';
import { aMerchantId, anOpening, NOON } from '../fixtures/changes.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

const STEPS = ['create-table', 'enable-time-to-live', 'schema-12'];

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

async function setVersion({ client, table }: ReturnType<typeof aTable>, version: number): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: { pk: '#S', sk: 'schema' },
      UpdateExpression: 'SET version = :version',
      ExpressionAttributeValues: { ':version': version },
    }),
  );
}

it('is missed by readiness where it has not run, or only an older one', async () => {
  const at = aTable();
  const outdated = (found: string) => ({ kind: 'SchemaOutdated', found, needed: '12' });
  for (const { health } of [at.storage, approvalsDynamodbStorage(at)])
    expect((await health.check())._unsafeUnwrapErr()).toEqual(outdated('none'));
  (await migrateDynamoDb(at.client, at.table))._unsafeUnwrap();
  await setVersion(at, 2);
  for (const { health } of [at.storage, approvalsDynamodbStorage(at)])
    expect((await health.check())._unsafeUnwrapErr()).toEqual(outdated('2'));
});

it('leaves a table that a newer version has migrated, and a process of this version stays ready beside it', async () => {
  const at = aTable();
  (await migrateDynamoDb(at.client, at.table))._unsafeUnwrap();
  await setVersion(at, 13);
  for (const { health } of [at.storage, approvalsDynamodbStorage(at)])
    expect((await health.check()).isOk()).toBe(true);
  expect((await migrateDynamoDb(at.client, at.table))._unsafeUnwrap()).toEqual([]);
  const { Item } = await at.client.send(
    new GetCommand({ TableName: at.table, Key: { pk: '#S', sk: 'schema' } }),
  );
  expect(Item?.['version']).toBe(13);
});

it('lists the audit links of a table from before there was a list', async () => {
  const { client, table, storage } = aTable();
  const { GlobalSecondaryIndexes, AttributeDefinitions, ...definition } = tableDefinition(table);
  const isOld = (name: string) => !name.startsWith('trail');
  await client.send(
    new CreateTableCommand({
      ...definition,
      AttributeDefinitions: AttributeDefinitions.filter(({ AttributeName }) => isOld(AttributeName)),
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.filter(({ IndexName }) => isOld(IndexName)),
    }),
  );
  const openings = Array.from({ length: 30 }, () => anOpening());
  for (const { change } of openings) (await storage.commits.commit(change))._unsafeUnwrap();
  const links = openings.flatMap(({ change }) => change.audit);
  for (const link of links)
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: auditKey(historyPartition(link.merchantId, link.entityId as PaymentId), link),
        UpdateExpression: 'REMOVE trail, trail_id',
      }),
    );
  const applied = (await migrateDynamoDb(client, table))._unsafeUnwrap();
  expect(applied).toEqual([
    'add-trail-index',
    'enable-time-to-live',
    'place-old-links',
    'make-old-finders',
    'schema-12',
  ]);
  expect((await migrateDynamoDb(client, table))._unsafeUnwrap()).toEqual([]);
  const listed = (await storage.auditTrail.list(aMerchantId(), {}, { limit: 100 }))._unsafeUnwrap();
  expect(listed.map(({ id }) => id).toSorted()).toEqual(links.map(({ id }) => id).toSorted());
});

it('puts unsent events from before there were shards by payment into the shard of their payment', async () => {
  const { client, table, storage } = aTable();
  (await migrateDynamoDb(client, table))._unsafeUnwrap();
  const openings = Array.from({ length: 30 }, () => anOpening());
  for (const { change } of openings) (await storage.commits.commit(change))._unsafeUnwrap();
  for (const { change } of openings) {
    for (const event of change.events) {
      const Key = eventKey(event);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key }));
      const stray = { ...Item, pk: `#E#${(outboxShardOf(event) + 5) % 8}` };
      await client.send(new DeleteCommand({ TableName: table, Key }));
      await client.send(new PutCommand({ TableName: table, Item: stray }));
    }
  }
  await setVersion({ client, table, storage }, 2);
  const runs = await Promise.all(Array.from({ length: 3 }, () => migrateDynamoDb(client, table)));
  expect(new Set(runs.flatMap((run) => run._unsafeUnwrap()))).toEqual(
    new Set(['move-old-events', 'make-old-finders', 'schema-12']),
  );
  const events = openings.flatMap(({ change }) => change.events);
  for (const event of events) {
    const found = (await storage.outbox.next([outboxShardOf(event)], NOON, 100))._unsafeUnwrap();
    expect(found.map(({ id }) => id)).toContain(event.id);
  }
  (await storage.outbox.sent(events))._unsafeUnwrap();
  expect((await storage.outbox.backlog())._unsafeUnwrap()).toEqual({ unsent: 0, parked: 0 });
});
