import { afterAll, beforeAll } from 'vitest';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../../src/adapters/embedded/server.ts';
import { freshApprovalsOnDynamoDb } from '../../support/dynamodb-tables.ts';
import { approvalsProof } from './proof.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

approvalsProof('DynamoDB (embedded engine)', () => freshApprovalsOnDynamoDb(engine.url), {
  faults: 'distinct',
  ordersEach: 1,
  oneSecondIn: 8,
  pairs: 20,
});
