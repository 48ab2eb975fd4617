import { afterAll, beforeAll, inject } from 'vitest';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { editedPaymentsScenario } from '../scenarios/edited-payments.scenario.ts';
import { hasJava, startDynamoDbLocal } from '../support/dynamodb-local.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { tamperedApprovalsDynamoDb } from '../support/tampering/approvals-dynamodb.ts';
import { tamperedApprovalsMemory } from '../support/tampering/approvals-memory.ts';
import { tamperedApprovalsPostgres } from '../support/tampering/approvals-postgres.ts';

const server = await postgresServer(inject('postgresUrl'));
let engine: EmbeddedServer;
let local: EmbeddedServer | undefined;
beforeAll(async () => {
  [engine, local] = await Promise.all([
    startDynamoDbEngine({}),
    hasJava() ? startDynamoDbLocal() : undefined,
  ]);
});
afterAll(() => Promise.all([server.close(), engine.stop(), local?.stop()]));

editedPaymentsScenario('memory', tamperedApprovalsMemory);
editedPaymentsScenario('Postgres', async () => tamperedApprovalsPostgres(await server.newDatabase()));
editedPaymentsScenario('DynamoDB', async () => tamperedApprovalsDynamoDb(await freshTable(engine.url)));
if (hasJava())
  editedPaymentsScenario('DynamoDB Local', async () =>
    tamperedApprovalsDynamoDb(await freshTable(local?.url ?? '')),
  );
else process.stdout.write('Edited payments were not tried on DynamoDB Local: no `java` on the PATH.\n');
