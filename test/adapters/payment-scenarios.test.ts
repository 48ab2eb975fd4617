import { afterAll, beforeAll, inject } from 'vitest';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { memoryStore } from '../../src/adapters/memory/store.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { idempotencyContract } from '../scenarios/idempotency.scenario.ts';
import { modificationsContract } from '../scenarios/modifications.scenario.ts';
import { refundLimitsContract } from '../scenarios/refund-limits.scenario.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { PATIENT, postgresServer } from '../support/postgres-database.ts';

let engine: EmbeddedServer;
const server = await postgresServer(inject('postgresUrl'));
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => Promise.all([engine.stop(), server.close()]));

const overPostgres = async () => {
  const connectionString = await server.newDatabase();
  return () => postgresStorage(postgresPool({ ...PATIENT, connectionString, max: 4 }));
};
const overDynamoDb = async () => {
  const { table } = await freshTable(engine.url);
  return () => dynamodbStorage({ client: dynamodbClient({ region: 'local', endpoint: engine.url }), table });
};

modificationsContract('memory', () => {
  const store = memoryStore();
  return Promise.resolve([memoryStorage(store), memoryStorage(store)]);
});
modificationsContract('postgres (embedded)', async () => {
  const aStorage = await overPostgres();
  return [aStorage(), aStorage()];
});
modificationsContract('DynamoDB (embedded engine)', async () => {
  const aStorage = await overDynamoDb();
  return [aStorage(), aStorage()];
});

for (const contract of [idempotencyContract, refundLimitsContract]) {
  contract('memory', () => Promise.resolve(memoryStorage()));
  contract('postgres (embedded)', async () => (await overPostgres())());
  contract('DynamoDB (embedded engine)', async () => (await overDynamoDb())());
}
