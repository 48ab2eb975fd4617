import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { storageContracts } from '../contract/everything.ts';
import { hasJava, startDynamoDbLocal } from '../support/dynamodb-local.ts';
import { freshDynamoDbStorage } from '../support/dynamodb-tables.ts';

if (hasJava()) {
  let engine: EmbeddedServer;
  beforeAll(async () => {
    engine = await startDynamoDbLocal();
  });
  afterAll(() => engine.stop());

  storageContracts('DynamoDB (DynamoDB Local)', () => freshDynamoDbStorage(engine.url), 4);
} else {
  process.stdout.write('The contracts did not run on DynamoDB Local: there is no `java` on the PATH.\n');
  it('needs java to run the contracts on DynamoDB Local', () => {
    expect(hasJava()).toBe(false);
  });
}
