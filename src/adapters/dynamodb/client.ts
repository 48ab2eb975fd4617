import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { present } from '../../domain/kernel/present.ts';
import { SigningHash } from './signing-hash.ts';

/** How many requests are on their way at once; each has a connection to itself, and a ping has another. */
export const MOST_SOCKETS = 64;

export type DynamoDbSettings = Readonly<{
  region: string;
  /** Another address than the region's own: an engine on this machine, a VPC endpoint. */
  endpoint?: string;
}>;

/**
 * A client that never retries by itself: only the caller knows what may be repeated (see faults.ts). Whole numbers
 * beyond 2^53 come back as bigint. An engine on this machine checks no credentials, so none are looked for.
 */
export function dynamodbClient({ region, endpoint }: DynamoDbSettings): DynamoDBDocumentClient {
  const agent = { keepAlive: true, maxSockets: MOST_SOCKETS + 1 };
  const client = new DynamoDBClient({
    region,
    maxAttempts: 1,
    sha256: SigningHash,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...present({ endpoint }),
    ...(endpoint !== undefined && isLoopback(endpoint)
      ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
      : {}),
  });
  // It prepares a log line of every reply, item by item, for a logger, and there is none.
  client.middlewareStack.remove('loggerMiddleware');
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

const isLoopback = (endpoint: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]'].includes(new URL(endpoint).hostname);
