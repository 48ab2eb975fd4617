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

const SENT = 'an event that was sent is gone, so one that was deleted looks as if it had been sent';
const DELIVERY = 'how the delivery of an event goes changes with each try, and nothing else says it';
const HOLD = 'until when a request holds its key is a lease, which ends by itself';
const NO_EFFECT = 'a claim on nothing but a response lapses by itself within a day, and nothing else says it';

approvalsIntegrityContract('memory', tamperedApprovalsMemory, {
  'event deleted': SENT,
});
approvalsIntegrityContract('Postgres', async () => tamperedApprovalsPostgres(await server.newDatabase()), {
  'request_claim.held_until emptied': HOLD,
  'outbox row deleted': SENT,
  'outbox_parked row deleted': SENT,
  'outbox.tries changed': DELIVERY,
  'outbox.retry_at changed': DELIVERY,
  'outbox.retry_at emptied': DELIVERY,
  'outbox.retry_at filled': DELIVERY,
  'outbox.error changed': DELIVERY,
  'outbox.error emptied': DELIVERY,
  'outbox.error filled': DELIVERY,
  'outbox_parked.tries changed': DELIVERY,
  'outbox_parked.error changed': DELIVERY,
});
approvalsIntegrityContract('DynamoDB', async () => tamperedApprovalsDynamoDb(await freshTable(engine.url)), {
  'C held_until removed': HOLD,
  'C without effect deleted': NO_EFFECT,
  'E deleted': SENT,
  'E parked deleted': SENT,
  'E tries changed': DELIVERY,
  'E tries removed': DELIVERY,
  'E retry_at changed': DELIVERY,
  'E retry_at removed': DELIVERY,
  'E failure changed': DELIVERY,
  'E failure removed': DELIVERY,
  'E parked tries changed': DELIVERY,
  'E parked tries removed': DELIVERY,
  'E parked failure changed': DELIVERY,
  'E parked failure removed': DELIVERY,
});
