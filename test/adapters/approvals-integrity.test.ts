import { afterAll, beforeAll, inject } from 'vitest';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { approvalsIntegrityContract } from '../scenarios/approvals-integrity.scenario.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { tamperedApprovalsDynamoDb } from '../support/tampering/approvals-dynamodb.ts';
import { tamperedApprovalsMemory } from '../support/tampering/approvals-memory.ts';
import { tamperedApprovalsPostgres } from '../support/tampering/approvals-postgres.ts';

const server = await postgresServer(inject('postgresUrl'));
let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => Promise.all([server.close(), engine.stop()]));

const HOLD = 'until when a request holds its key is a lease, which ends by itself';

approvalsIntegrityContract('memory', tamperedApprovalsMemory, {});
approvalsIntegrityContract('Postgres', async () => tamperedApprovalsPostgres(await server.newDatabase()), {
  'request_claim.held_until emptied': HOLD,
});
approvalsIntegrityContract('DynamoDB', async () => tamperedApprovalsDynamoDb(await freshTable(engine.url)), {
  'C held_until removed': HOLD,
});
