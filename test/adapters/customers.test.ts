import { afterAll, beforeAll, inject } from 'vitest';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { customerSecretsContract } from '../scenarios/customer-secrets.scenario.ts';
import { customersContract } from '../scenarios/customers.scenario.ts';
import { keyRotationContract } from '../scenarios/key-rotation.scenario.ts';
import { freshDynamoDbStorage } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';

let engine: EmbeddedServer;
const server = await postgresServer(inject('postgresUrl'));
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => Promise.all([engine.stop(), server.close()]));

for (const contract of [customersContract, customerSecretsContract, keyRotationContract]) {
  contract('memory', () => Promise.resolve(memoryStorage()));
  contract('postgres (embedded)', async () => postgresStorage(await server.newPool()));
  contract('DynamoDB (embedded engine)', () => freshDynamoDbStorage(engine.url));
}
