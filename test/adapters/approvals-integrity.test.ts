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
const EVENT_ID = 'receivers tell repeats by it, and no chain holds it';
const DELIVERY = 'how the delivery of an event goes changes with each try, and nothing else says it';
const CHANGE = 'it only tells a commit that is repeated from another';
const EVENT_KEY =
  'the key of an event outside is in no chain; without it the event meets the live payment instead';

approvalsIntegrityContract('memory', tamperedApprovalsMemory, {
  'event deleted': SENT,
  'event.id changed': EVENT_ID,
  'parked event.id changed': EVENT_ID,
  'payment.changeId changed': CHANGE,
  'event key deleted': EVENT_KEY,
  'event key inserted': EVENT_KEY,
});
approvalsIntegrityContract('Postgres', async () => tamperedApprovalsPostgres(await server.newDatabase()), {
  'payments.change_id changed': CHANGE,
  'outbox row deleted': SENT,
  'outbox_parked row deleted': SENT,
  'outbox.id changed': EVENT_ID,
  'outbox row inserted under another id': EVENT_ID,
  'outbox_parked.id changed': EVENT_ID,
  'outbox_parked row inserted under another id': EVENT_ID,
  'outbox.tries changed': DELIVERY,
  'outbox.retry_at changed': DELIVERY,
  'outbox.retry_at emptied': DELIVERY,
  'outbox.retry_at filled': DELIVERY,
  'outbox.error changed': DELIVERY,
  'outbox.error emptied': DELIVERY,
  'outbox.error filled': DELIVERY,
  'outbox_parked.tries changed': DELIVERY,
  'outbox_parked.error changed': DELIVERY,
  'event_taken row deleted': EVENT_KEY,
  'event_taken.event_key changed': EVENT_KEY,
  'event_taken row inserted under another event_key': EVENT_KEY,
});
approvalsIntegrityContract('DynamoDB', async () => tamperedApprovalsDynamoDb(await freshTable(engine.url)), {
  'P change_id changed': CHANGE,
  'P change_id removed': CHANGE,
  'E deleted': SENT,
  'E parked deleted': SENT,
  'E sk changed': EVENT_ID,
  'E inserted under another sk': EVENT_ID,
  'E parked sk changed': EVENT_ID,
  'E parked inserted under another sk': EVENT_ID,
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
  'K pk changed': EVENT_KEY,
  'K sk changed': EVENT_KEY,
  'K payment_id removed': EVENT_KEY,
  'K attribute added': EVENT_KEY,
  'K deleted': EVENT_KEY,
  'K inserted under another pk': EVENT_KEY,
  'K inserted under another sk': EVENT_KEY,
});
