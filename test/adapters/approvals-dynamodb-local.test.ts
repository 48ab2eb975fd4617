import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { approvalsContracts } from '../contract/approvals/everything.ts';
import { hasJava, startDynamoDbLocal } from '../support/dynamodb-local.ts';
import { freshApprovalsOnDynamoDb } from '../support/dynamodb-tables.ts';

if (hasJava()) {
  let engine: EmbeddedServer;
  beforeAll(async () => {
    engine = await startDynamoDbLocal();
  });
  afterAll(() => engine.stop());

  approvalsContracts('DynamoDB (DynamoDB Local)', () => freshApprovalsOnDynamoDb(engine.url));
} else {
  process.stdout.write('The contracts of approvals did not run on DynamoDB Local: no `java` on the PATH.\n');
  it('needs java to run the contracts of approvals on DynamoDB Local', () => {
    expect(hasJava()).toBe(false);
  });
}
