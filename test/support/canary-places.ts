import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { ResultAsync } from 'neverthrow';
import pg from 'pg';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { freshTable } from './dynamodb-tables.ts';
import type { postgresServer } from './postgres-database.ts';

type PostgresServer = Awaited<ReturnType<typeof postgresServer>>;

/** A store under test, and a look at all that it holds. */
export type CanaryPlace = Readonly<{
  storage: Storage;
  /** Everything that the store holds, rows and files, as text in which bytes are Latin-1. */
  dump(): Promise<string>;
  close(): Promise<void>;
}>;

/** Every kind of storage, by its name. */
export const canaryPlaces = (
  server: PostgresServer,
): readonly (readonly [string, () => Promise<CanaryPlace>])[] => [
  ['memory', aMemoryPlace],
  ['postgres (embedded)', () => aPostgresPlace(server)],
  ['DynamoDB (embedded engine)', aDynamoDbPlace],
];

function aMemoryPlace(): Promise<CanaryPlace> {
  const storage = memoryStorage();
  return Promise.resolve({ storage, dump: () => readable(storage), close: () => storage.close() });
}

async function aPostgresPlace(server: PostgresServer): Promise<CanaryPlace> {
  const url = await server.newDatabase();
  const storage = postgresStorage(postgresPool({ connectionString: url }));
  const admin = new pg.Pool({ connectionString: url, max: 1 });
  return {
    storage,
    async dump() {
      const tables = await admin.query<{ name: string }>(
        `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      const rows: string[] = [];
      for (const { name } of tables.rows)
        rows.push(JSON.stringify((await admin.query(`SELECT t::text FROM ${name} t`)).rows));
      await admin.query('CHECKPOINT');
      const { rows: at } = await admin.query<{ base: string }>(
        `SELECT current_setting('data_directory') || '/base/' || oid AS base FROM pg_database
         WHERE datname = current_database()`,
      );
      return rows.join('\n') + filesIn(at[0]?.base ?? '');
    },
    close: async () => {
      await admin.end();
      await storage.close();
    },
  };
}

async function aDynamoDbPlace(): Promise<CanaryPlace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-canary-'));
  const engine = await startDynamoDbEngine({ dataDir });
  const { client, table } = await freshTable(engine.url);
  const storage = dynamodbStorage({ client, table });
  return {
    storage,
    async dump() {
      const items: unknown[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new ScanCommand({ TableName: table, ...present({ ExclusiveStartKey: from }) }),
        );
        items.push(...(page.Items ?? []));
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return printed(items) + filesIn(dataDir);
    },
    close: async () => {
      await storage.close();
      await engine.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const printed = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));

/** User tables of a small database take few megabytes; the server's own catalogues hold nothing of ours. */
const filesIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');

/** What a reader of the ports sees of `merchant-1`, on every storage. */
export async function readable({
  aggregates,
  auditTrail,
  merchants,
  outbox,
  payments,
}: Storage): Promise<string> {
  const merchantId = aMerchantId('merchant-1');
  const read = await ResultAsync.combine([
    merchants.find(merchantId).map(printed),
    aggregates.list(merchantId, 'customer', { limit: 100 }).map(printed),
    aggregates.list(merchantId, 'customer_access', { limit: 100 }).map(printed),
    auditTrail.list(merchantId, {}, { limit: 1_000 }).map(printed),
    outbox.unsent(1_000).map(printed),
    payments.list(merchantId, {}, { limit: 100 }).map(printed),
  ]);
  return read._unsafeUnwrap().join('\n');
}
