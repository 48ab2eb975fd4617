import { afterAll, beforeAll } from 'vitest';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../../src/adapters/embedded/server.ts';
import { freshDynamoDbStorage } from '../../support/dynamodb-tables.ts';
import { paymentsProof } from './proof.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

paymentsProof('DynamoDB (embedded engine)', () => freshDynamoDbStorage(engine.url), {
  faults: 'distinct',
  ordersEach: 1,
  oneSecondIn: 24,
  oneRecountIn: 24,
  pairs: 40,
});
