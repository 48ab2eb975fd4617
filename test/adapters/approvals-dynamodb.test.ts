import { afterAll, beforeAll } from 'vitest';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { approvalsContracts } from '../contract/approvals/everything.ts';
import { freshApprovalsOnDynamoDb } from '../support/dynamodb-tables.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

approvalsContracts('DynamoDB (embedded engine)', () => freshApprovalsOnDynamoDb(engine.url));
