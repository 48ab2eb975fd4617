import { afterAll, describe, expect, inject, test } from 'vitest';
import { afterwards } from '../../bench/after.ts';
import { rawDynamoDb } from '../../bench/raw-dynamodb.ts';
import { rawPostgres } from '../../bench/raw-postgres.ts';
import type { RawDriver, RowOf } from '../../bench/rows.ts';
import { anIntent, MERCHANTS, systemOver } from '../../bench/system.ts';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { postgresServer } from '../support/postgres-database.ts';

type Contenders = Readonly<{ storage: Storage; raw: RawDriver; close: () => Promise<void> }>;

const server = await postgresServer(inject('postgresUrl'));
const engine = await startDynamoDbEngine({});
afterAll(async () => {
  await Promise.all([server.close(), engine.stop()]);
});

async function onPostgres(): Promise<Contenders> {
  const pool = await server.newPool();
  const storage = postgresStorage(pool);
  return { storage, raw: rawPostgres(pool), close: () => storage.close() };
}

async function onDynamoDb(): Promise<Contenders> {
  const client = dynamodbClient({ region: 'us-east-1', endpoint: engine.url });
  (await migrateDynamoDb(client, 'compared'))._unsafeUnwrap();
  const storage = dynamodbStorage({ client, table: 'compared' });
  return { storage, raw: rawDynamoDb(client, 'compared'), close: () => storage.close() };
}

describe.each([
  ['Postgres', onPostgres],
  ['DynamoDB', onDynamoDb],
])('beside the bench, the bare driver of %s writes', (_name, contenders) => {
  test('payments as the schema of today has them, and reads them back', async () => {
    const { raw, close } = await contenders();
    const changes = [1, 2, 3].map(() => anIntent(MERCHANTS[0] as MerchantId));
    await raw.writeEach(changes.slice(0, 1));
    await raw.writeTogether(changes.slice(1));
    const page = await raw.readPage(MERCHANTS[0] as MerchantId, 10);
    const rows = Array.isArray(page) ? page : (page as { rows: unknown[] }).rows;
    expect(rows).toHaveLength(3);
    await close();
  });

  test('what captures, refunds and transfers write', async () => {
    const { storage, raw, close } = await contenders();
    const rows: string[] = [];
    const once: RowOf = async (name, _load, ours, theirs, prepare) => {
      prepare?.(1);
      await ours(0);
      await theirs?.(0);
      rows.push(name);
    };
    const sizes = { operations: 8, batches: 1, large: 1, pages: 1, summarized: 4 };
    await afterwards(await systemOver(storage), raw, once, { sizes, callers: 4 });
    expect(rows).toEqual([
      'capture',
      'refund',
      'transfer',
      'read a customer, decrypted and audited',
      'summary over 4 payments',
    ]);
    await close();
  });
});
