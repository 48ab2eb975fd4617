import { afterAll, beforeAll } from 'vitest';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { storageContracts } from '../contract/everything.ts';
import { freshDynamoDbStorage } from '../support/dynamodb-tables.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

storageContracts('DynamoDB (embedded engine)', () => freshDynamoDbStorage(engine.url));
