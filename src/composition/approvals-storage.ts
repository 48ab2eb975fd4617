import { okAsync } from 'neverthrow';
import { approvalsDynamodbStorage } from '../adapters/dynamodb/approvals/storage.ts';
import { dynamodbClient } from '../adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../adapters/dynamodb/migrate.ts';
import { memoryApprovalsStorage } from '../adapters/memory/approvals/storage.ts';
import { migrateApprovals } from '../adapters/postgres/approvals/migrate.ts';
import { approvalsPostgresStorage } from '../adapters/postgres/approvals/storage.ts';
import { ownsTables } from '../adapters/postgres/ownership.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { OpenStorage } from './open-storage.ts';
import { poolAt, poolUseOf } from './postgres.ts';
import type { PlacedStorage } from './storage-settings.ts';

/** Connects when first asked something. */
export function openApprovalsStorage(storage: PlacedStorage): OpenStorage<ApprovalsStorage> {
  switch (storage.kind) {
    case 'memory':
      return {
        storage: memoryApprovalsStorage(),
        migrate: () => okAsync([]),
        ownsTables: () => okAsync(false),
      };
    case 'postgres': {
      const pool = poolAt(storage.at);
      return {
        storage: approvalsPostgresStorage(pool),
        migrate: () => migrateApprovals(pool),
        ownsTables: () => ownsTables(pool),
        poolUse: poolUseOf(pool),
      };
    }
    case 'dynamodb': {
      const { table, region, at } = storage;
      const client = dynamodbClient(at.kind === 'aws' ? { region } : { region, endpoint: at.url });
      return {
        storage: approvalsDynamodbStorage({ client, table }),
        migrate: () => migrateDynamoDb(client, table),
        ownsTables: () => okAsync(false),
      };
    }
  }
}
