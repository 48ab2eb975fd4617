import { afterAll, beforeAll, inject } from 'vitest';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { returnedPayoutsScenario } from '../scenarios/returned-payouts.scenario.ts';
import { freshApprovalsOnDynamoDb } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => Promise.all([server.close(), engine.stop()]));

returnedPayoutsScenario('memory', () => Promise.resolve(memoryApprovalsStorage()));
returnedPayoutsScenario('Postgres', async () => approvalsPostgresStorage(await server.newPool()));
returnedPayoutsScenario('DynamoDB', () => freshApprovalsOnDynamoDb(engine.url));
