import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { vi } from 'vitest';
import { dynamodbClient } from '../../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../../src/adapters/dynamodb/migrate.ts';
import { SCHEMA_VERSION } from '../../../src/adapters/dynamodb/schema-item.ts';
import { dynamodbStorage } from '../../../src/adapters/dynamodb/storage.ts';
import { SCHEMA_KEY } from '../../../src/adapters/dynamodb/table.ts';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import { PLATFORM_MIGRATIONS } from '../../../src/adapters/postgres/migrate.ts';
import { newestOf } from '../../../src/adapters/postgres/migration-files.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { PATIENT } from '../../support/postgres-database.ts';
import { emptyDatabases } from '../../support/previous-version.ts';

/** A store in which nothing is, for processes of any version. */
export type UpgradedStore = Readonly<{
  settings: Readonly<Record<string, string>>;
  /** As this version reads it, once it is migrated to this version. */
  storage: Storage;
  /** What it was brought to; `newest` is what this version brings one to. */
  schema(): Promise<string>;
  newest: string;
  /** Migrates it again when the version before has been gone for a day; what that did. */
  migrateADayLater(): Promise<readonly string[]>;
  /** What that is to do where the version before brought the store to that schema. */
  late(before: string): readonly string[];
  close(): Promise<void>;
}>;

async function onPostgres(): Promise<UpgradedStore> {
  const databases = emptyDatabases();
  const url = await databases.url();
  const pool = postgresPool({ ...PATIENT, connectionString: url });
  const storage = postgresStorage(pool);
  return {
    settings: { STORAGE: 'postgres', DATABASE_URL: url },
    storage,
    async schema() {
      const { rows } = await pool.query<{ name: string }>(
        'SELECT name FROM kysely_migration ORDER BY name DESC LIMIT 1',
      );
      return rows[0]?.name ?? 'none';
    },
    newest: newestOf(PLATFORM_MIGRATIONS),
    migrateADayLater: () => Promise.resolve([]),
    late: () => [],
    async close() {
      await storage.close();
      await databases.close();
    },
  };
}

const DAY_MS = 24 * 3_600_000;
/** The schemas from which on payments have finders of amounts, and fees are tallied. */
const AMOUNTS_SINCE = 11;
const LEDGER_TALLIES_SINCE = 10;

async function onDynamoDb(): Promise<UpgradedStore> {
  const engine = await startDynamoDbEngine({});
  const client = dynamodbClient({ region: 'us-east-1', endpoint: engine.url });
  const table = `upgraded-${randomUUID()}`;
  const storage = dynamodbStorage({ client, table });
  return {
    settings: { STORAGE: 'dynamodb', DYNAMODB_ENDPOINT: engine.url, DYNAMODB_TABLE: table },
    storage,
    async schema() {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: SCHEMA_KEY }));
      return String(Item?.['version']);
    },
    newest: String(SCHEMA_VERSION),
    async migrateADayLater() {
      vi.useFakeTimers({ now: Date.now() + DAY_MS + 1, toFake: ['Date'] });
      try {
        return (await migrateDynamoDb(client, table))._unsafeUnwrap();
      } finally {
        vi.useRealTimers();
      }
    },
    late: (before) => [
      ...(Number(before) < AMOUNTS_SINCE ? ['make-late-finders'] : []),
      ...(Number(before) < LEDGER_TALLIES_SINCE ? ['tally-late-entries'] : []),
    ],
    async close() {
      await storage.close();
      await engine.stop();
    },
  };
}

export const UPGRADED_STORES = [
  { name: 'postgres', open: onPostgres },
  { name: 'dynamodb', open: onDynamoDb },
] as const;
