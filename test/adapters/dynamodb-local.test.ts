import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { storageContracts } from '../contract/everything.ts';
import { storageScenarios } from '../scenarios/everything.ts';
import { hasJava, startDynamoDbLocal } from '../support/dynamodb-local.ts';
import { freshDynamoDbStorage } from '../support/dynamodb-tables.ts';

if (hasJava()) {
  let engine: EmbeddedServer;
  beforeAll(async () => {
    engine = await startDynamoDbLocal();
  });
  afterAll(() => engine.stop());

  const adapter = 'DynamoDB (DynamoDB Local)';
  const open = () => freshDynamoDbStorage(engine.url);
  storageContracts(adapter, open, 4);
  // What the contracts hold for both engines the use cases can rely on; `npm run test:deep` tries them here too.
  if (process.env['PAYWRIGHT_DEEP_ENGINES'] !== undefined) storageScenarios(adapter, open);
} else {
  process.stdout.write('The contracts did not run on DynamoDB Local: there is no `java` on the PATH.\n');
  it('needs java to run the contracts on DynamoDB Local', () => {
    expect(hasJava()).toBe(false);
  });
}
