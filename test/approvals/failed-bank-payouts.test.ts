import { afterAll, beforeAll, inject } from 'vitest';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { failedBankPayoutsScenario } from '../scenarios/failed-bank-payouts.scenario.ts';
import { freshApprovalsOnDynamoDb } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => Promise.all([server.close(), engine.stop()]));

failedBankPayoutsScenario('memory', () => Promise.resolve(memoryApprovalsStorage()));
failedBankPayoutsScenario('Postgres', async () => approvalsPostgresStorage(await server.newPool()));
failedBankPayoutsScenario('DynamoDB', () => freshApprovalsOnDynamoDb(engine.url));
