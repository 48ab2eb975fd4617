import { afterAll, beforeAll, inject } from 'vitest';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { releasedEventsScenario } from '../scenarios/released-events.scenario.ts';
import { freshApprovalsOnDynamoDb } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => Promise.all([server.close(), engine.stop()]));

releasedEventsScenario('memory', () => Promise.resolve(memoryApprovalsStorage()));
releasedEventsScenario('Postgres', async () => approvalsPostgresStorage(await server.newPool()));
releasedEventsScenario('DynamoDB', () => freshApprovalsOnDynamoDb(engine.url));
