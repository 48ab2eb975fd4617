import { approvalsDynamodbStorage } from '../adapters/dynamodb/approvals/storage.ts';
import { dynamodbClient } from '../adapters/dynamodb/client.ts';
import { endpointRisks } from '../adapters/dynamodb/endpoint.ts';
import { migrateDynamoDb } from '../adapters/dynamodb/migrate.ts';
import { dynamodbTime } from '../adapters/dynamodb/server-time.ts';
import { dynamodbStorage } from '../adapters/dynamodb/storage.ts';
import type { DynamoDbWakeUps } from '../adapters/dynamodb/wake-ups.ts';
import { wakeUpsOfProcess } from '../adapters/shared/local-wake-ups.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { AnyStorage, OpenStorage } from './open-storage.ts';
import type { DynamoDbStorage } from './storage-settings.ts';

type At = Readonly<{ client: ReturnType<typeof dynamodbClient>; table: string }>;

function opened<Stored extends AnyStorage>(
  { table, region, at, ofFunction = false }: DynamoDbStorage,
  storageAt: (at: At, signals?: DynamoDbWakeUps) => Stored,
): OpenStorage<Stored> {
  const client = dynamodbClient(at.kind === 'aws' ? { region } : { region, endpoint: at.url });
  return {
    storage: ofFunction ? storageAt({ client, table }, wakeUpsOfProcess()) : storageAt({ client, table }),
    migrate: () => migrateDynamoDb(client, table),
    // IAM says what may be done to the table, not the table itself.
    risks: () => endpointRisks(client, table),
    time: () => dynamodbTime(client, table),
    // Ends the agents' connections, and the agents make others.
    dropIdle: () => client.config.requestHandler.destroy?.(),
  };
}

/** Connects when first asked something, as `openApprovalsDynamoDb` does. */
export const openDynamoDb = (storage: DynamoDbStorage): OpenStorage => opened(storage, dynamodbStorage);

export const openApprovalsDynamoDb = (storage: DynamoDbStorage): OpenStorage<ApprovalsStorage> =>
  opened(storage, approvalsDynamodbStorage);
