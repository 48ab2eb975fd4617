import { okAsync } from 'neverthrow';
import { dynamodbClient } from '../adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../adapters/dynamodb/storage.ts';
import { storageModule } from './storage-module.ts';
import type { PlacedStorage } from './storage-settings.ts';

/** Connects when first asked something. Whose table it is, is for IAM to say. */
export const dynamodbModule = ({ table, region, at }: Extract<PlacedStorage, { kind: 'dynamodb' }>) =>
  storageModule(() => {
    const client = dynamodbClient(at.kind === 'aws' ? { region } : { region, endpoint: at.url });
    return {
      storage: dynamodbStorage({ client, table }),
      migrate: () => migrateDynamoDb(client, table),
      ownsTables: () => okAsync(false),
    };
  });
