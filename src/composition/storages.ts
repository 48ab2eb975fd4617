import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { okAsync, type ResultAsync } from 'neverthrow';
import { auroraCredentials } from '../adapters/aws/secrets.ts';
import { approvalsDynamodbStorage } from '../adapters/dynamodb/approvals/storage.ts';
import { dynamodbClient } from '../adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../adapters/dynamodb/storage.ts';
import { memoryApprovalsStorage } from '../adapters/memory/approvals/storage.ts';
import { memoryStorage } from '../adapters/memory/storage.ts';
import { migrateApprovals } from '../adapters/postgres/approvals/migrate.ts';
import { approvalsPostgresStorage } from '../adapters/postgres/approvals/storage.ts';
import { migratePostgres } from '../adapters/postgres/migrate.ts';
import { ownsTables } from '../adapters/postgres/ownership.ts';
import { postgresPool } from '../adapters/postgres/pool.ts';
import { rotateCredentials } from '../adapters/postgres/rotating-credentials.ts';
import { postgresStorage } from '../adapters/postgres/storage.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { Storage } from '../ports/storage.ts';
import type { StorageHealth } from '../ports/storage-health.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import type { PlacedStorage, PostgresPlace } from './storage-settings.ts';

/** What the storages of both services have. */
type AnyStorage = Readonly<{ health: StorageHealth; close(): Promise<void> }>;

/** A service's storage with what only its operators use. */
export type OpenStorage<Stored extends AnyStorage = Storage> = Readonly<{
  storage: Stored;
  /** Brings the schema up to date and names what that took; nothing when it is current. Safe to repeat. */
  migrate(): ResultAsync<readonly string[], StorageUnavailable>;
  /** True when our own credentials could alter or drop the tables, as no serving process in production may. */
  ownsTables(): ResultAsync<boolean, StorageUnavailable>;
  /** How its pool stands at this moment; absent where there is no pool. */
  poolUse?: () => PoolUse;
}>;

/** Connections by what they do, and the calls that wait for one. */
export type PoolUse = Readonly<{ inUse: number; idle: number; waiting: number }>;

type Pool = ReturnType<typeof postgresPool>;

/** How one service is stored on each kind of storage. */
type Adapters<Stored> = Readonly<{
  memory: () => Stored;
  postgres: (pool: Pool) => Stored;
  migratePostgres: (pool: Pool) => ReturnType<OpenStorage['migrate']>;
  dynamodb: (at: Readonly<{ client: ReturnType<typeof dynamodbClient>; table: string }>) => Stored;
}>;

/** The one place that knows every storage. Connects when first asked something. */
function open<Stored extends AnyStorage>(
  storage: PlacedStorage,
  adapters: Adapters<Stored>,
): OpenStorage<Stored> {
  switch (storage.kind) {
    case 'memory':
      return {
        storage: adapters.memory(),
        migrate: () => okAsync([]),
        ownsTables: () => okAsync(false),
      };
    case 'postgres': {
      const pool = poolAt(storage.at);
      return {
        storage: adapters.postgres(pool),
        migrate: () => adapters.migratePostgres(pool),
        ownsTables: () => ownsTables(pool),
        poolUse: () => ({
          inUse: pool.totalCount - pool.idleCount,
          idle: pool.idleCount,
          waiting: pool.waitingCount,
        }),
      };
    }
    case 'dynamodb': {
      const { table, region, at } = storage;
      const client = dynamodbClient(at.kind === 'aws' ? { region } : { region, endpoint: at.url });
      return {
        storage: adapters.dynamodb({ client, table }),
        migrate: () => migrateDynamoDb(client, table),
        // IAM says what may be done to the table, not the table itself.
        ownsTables: () => okAsync(false),
      };
    }
  }
}

export const openPlatformStorage = (storage: PlacedStorage): OpenStorage =>
  open(storage, {
    memory: memoryStorage,
    postgres: postgresStorage,
    migratePostgres,
    dynamodb: dynamodbStorage,
  });

export const openApprovalsStorage = (storage: PlacedStorage): OpenStorage<ApprovalsStorage> =>
  open(storage, {
    memory: memoryApprovalsStorage,
    postgres: approvalsPostgresStorage,
    migratePostgres: migrateApprovals,
    dynamodb: approvalsDynamodbStorage,
  });

/** A pool of one service's own, under credentials that may rotate. */
function poolAt(place: PostgresPlace): Pool {
  if (place.kind === 'url') return postgresPool({ connectionString: place.url });
  const { host, port, database, secretArn, region } = place;
  return rotateCredentials(
    postgresPool({ host, port, database, password: '', ssl: { rejectUnauthorized: true } }),
    auroraCredentials({ secretArn, client: new SecretsManagerClient({ region }) }),
  );
}
