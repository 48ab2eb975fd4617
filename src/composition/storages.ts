import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { okAsync, ResultAsync } from 'neverthrow';
import { auroraCredentials, secretEndpointRisks } from '../adapters/aws/secrets.ts';
import { approvalsDynamodbStorage } from '../adapters/dynamodb/approvals/storage.ts';
import { dynamodbClient } from '../adapters/dynamodb/client.ts';
import { endpointRisks } from '../adapters/dynamodb/endpoint.ts';
import { migrateDynamoDb } from '../adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../adapters/dynamodb/storage.ts';
import { memoryApprovalsStorage } from '../adapters/memory/approvals/storage.ts';
import { memoryStorage } from '../adapters/memory/storage.ts';
import { APPROVALS_MIGRATIONS, migrateApprovals } from '../adapters/postgres/approvals/migrate.ts';
import { approvalsPostgresStorage } from '../adapters/postgres/approvals/storage.ts';
import { migratePostgres, PLATFORM_MIGRATIONS } from '../adapters/postgres/migrate.ts';
import { gateOf, postgresPool } from '../adapters/postgres/pool.ts';
import { rotateCredentials } from '../adapters/postgres/rotating-credentials.ts';
import { APPROVALS_GRANTS, PLATFORM_GRANTS, servingRisks } from '../adapters/postgres/serving-role.ts';
import { postgresStorage } from '../adapters/postgres/storage.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { Storage } from '../ports/storage.ts';
import type { StorageHealth } from '../ports/storage-health.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import type { PlacedStorage, PostgresPlace } from './storage-settings.ts';

/** What the storages of both services have. */
type AnyStorage = Readonly<{ health: StorageHealth; close(): Promise<void> }>;

/** A service's storage with what only its operators use. */
export type OpenStorage<Stored extends AnyStorage = Storage> = Readonly<{
  storage: Stored;
  /** Brings the schema up to date and names what that took; nothing when it is current. Safe to repeat. */
  migrate(): ResultAsync<readonly string[], StorageUnavailable>;
  /** What holds in effect and no serving process in production may leave open; none is as it should be. */
  risks(): ResultAsync<readonly StorageRisk[], StorageUnavailable>;
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
  postgresRisks: (pool: Pool) => ReturnType<OpenStorage['risks']>;
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
        risks: () => okAsync([]),
      };
    case 'postgres': {
      const pool = poolAt(storage.at);
      return {
        storage: adapters.postgres(pool),
        migrate: () => adapters.migratePostgres(pool),
        risks: () =>
          secretRisks(storage.at).andThen((risks) =>
            adapters.postgresRisks(pool).map((more) => [...risks, ...more]),
          ),
        poolUse: () => ({
          inUse: pool.totalCount - pool.idleCount,
          idle: pool.idleCount,
          waiting: pool.waitingCount + (gateOf(pool)?.waiting() ?? 0),
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
        risks: () => endpointRisks(client, table),
      };
    }
  }
}

export const openPlatformStorage = (storage: PlacedStorage): OpenStorage =>
  open(storage, {
    memory: memoryStorage,
    postgres: postgresStorage,
    migratePostgres,
    postgresRisks: (pool) => servingRisks(pool, PLATFORM_MIGRATIONS, PLATFORM_GRANTS),
    dynamodb: dynamodbStorage,
  });

export const openApprovalsStorage = (storage: PlacedStorage): OpenStorage<ApprovalsStorage> =>
  open(storage, {
    memory: memoryApprovalsStorage,
    postgres: approvalsPostgresStorage,
    migratePostgres: migrateApprovals,
    postgresRisks: (pool) => servingRisks(pool, APPROVALS_MIGRATIONS, APPROVALS_GRANTS),
    dynamodb: approvalsDynamodbStorage,
  });

/** Credentials that are fetched are fetched from somewhere. */
const secretRisks = (place: PostgresPlace): ReturnType<OpenStorage['risks']> =>
  place.kind === 'url'
    ? okAsync([])
    : ResultAsync.fromPromise(
        secretEndpointRisks({ secretArn: place.secretArn, client: secretsOf(place) }),
        (cause): StorageUnavailable => ({ kind: 'StorageUnavailable', cause }),
      );

const secretsOf = ({ region }: Readonly<{ region: string }>) => new SecretsManagerClient({ region });

/** A pool of one service's own, under credentials that may rotate. */
function poolAt(place: PostgresPlace): Pool {
  if (place.kind === 'url') return postgresPool({ connectionString: place.url });
  const { host, port, database, secretArn } = place;
  return rotateCredentials(
    postgresPool({ host, port, database, password: '', ssl: { rejectUnauthorized: true } }),
    auroraCredentials({ secretArn, client: secretsOf(place) }),
  );
}
