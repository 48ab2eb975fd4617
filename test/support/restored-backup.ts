import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import pg from 'pg';
import { inject } from 'vitest';
import { approvalsDynamodbStorage } from '../../src/adapters/dynamodb/approvals/storage.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { freshTable } from './dynamodb-tables.ts';
import { postgresServer } from './postgres-database.ts';
import { itemsIn, tamperedDynamoDb } from './tampering/dynamodb.ts';
import { tamperedPostgres } from './tampering/postgres.ts';
import type { TamperedStore } from './tampering/tampering.ts';

/** Storages of both services, the settings that name them, and what a backup of them restores into an empty place. */
export type BackedUp = Readonly<{
  env: Readonly<Record<string, string>>;
  open(): Promise<
    Readonly<{ platform: TamperedStore; approvals: ApprovalsStorage; close(): Promise<unknown> }>
  >;
  /** All that is stored now, in a place of its own. Nothing may be open here meanwhile. */
  restored(): Promise<BackedUp>;
}>;

/** On the run's server, whose databases are copied file by file. */
export async function postgresBackups() {
  const url = inject('postgresUrl');
  const server = await postgresServer(url);
  const at = (connectionString: string): BackedUp => ({
    env: { STORAGE: 'postgres', DATABASE_URL: connectionString },
    async open() {
      const platform = await tamperedPostgres(connectionString);
      const approvals = approvalsPostgresStorage(postgresPool({ connectionString }));
      const close = () => Promise.all([platform.close(), approvals.close()]);
      return { platform, approvals, close };
    },
    async restored() {
      const name = `restored_${Math.random().toString(36).slice(2)}`;
      const admin = new pg.Client({ connectionString: url });
      await admin.connect();
      await admin.query(
        `CREATE DATABASE ${name} TEMPLATE ${new URL(connectionString).pathname.slice(1)} STRATEGY FILE_COPY`,
      );
      await admin.end();
      return at(Object.assign(new URL(url), { pathname: `/${name}` }).href);
    },
  });
  return { empty: async () => at(await server.newDatabase()), close: () => server.close() };
}

/** On the engine at `url`, item by item into a new table. */
export function dynamoDbBackups(url: string) {
  const at = (place: Awaited<ReturnType<typeof freshTable>>): BackedUp => ({
    env: { STORAGE: 'dynamodb', DYNAMODB_ENDPOINT: url, DYNAMODB_TABLE: place.table },
    open: () => {
      const platform = tamperedDynamoDb(place);
      const approvals = approvalsDynamodbStorage(place);
      return Promise.resolve({ platform, approvals, close: () => Promise.resolve() });
    },
    async restored() {
      const copy = await freshTable(url);
      const items = await itemsIn(place);
      for (let from = 0; from < items.length; from += 25) {
        const requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
        await copy.client.send(new BatchWriteCommand({ RequestItems: { [copy.table]: requests } }));
      }
      return at(copy);
    },
  });
  return { empty: async () => at(await freshTable(url)), close: () => Promise.resolve() };
}
