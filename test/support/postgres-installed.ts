import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { APPROVALS_MIGRATIONS, migrateApprovals } from '../../src/adapters/postgres/approvals/migrate.ts';
import { migratePostgres, PLATFORM_MIGRATIONS } from '../../src/adapters/postgres/migrate.ts';
import { migrationTable } from '../../src/adapters/postgres/migration-files.ts';

/** Both services on Postgres; `knewAtFirst` is how many migrations there were before they were files. */
export const POSTGRES_SERVICES = [
  { service: 'platform', files: PLATFORM_MIGRATIONS, migrate: migratePostgres, knewAtFirst: 7 },
  { service: 'approvals', files: APPROVALS_MIGRATIONS, migrate: migrateApprovals, knewAtFirst: 3 },
] as const;

export type PostgresService = (typeof POSTGRES_SERVICES)[number];

/**
 * Makes an empty database what versions left that had no migration files: by the statements they ran, and with the names
 * they noted.
 */
export async function installBefore(
  pool: pg.Pool,
  { service, files, knewAtFirst }: PostgresService,
): Promise<void> {
  if (files.schema !== undefined) await pool.query(`CREATE SCHEMA ${files.schema}`);
  await pool.query(await readFile(new URL(`../fixtures/installed/${service}.sql`, import.meta.url), 'utf8'));
  const table = migrationTable(files);
  await pool.query(`CREATE TABLE ${table} (name varchar(255) PRIMARY KEY, timestamp varchar(255) NOT NULL)`);
  for (const name of Object.keys(files.hashes).slice(0, knewAtFirst))
    await pool.query(`INSERT INTO ${table} VALUES ($1, '2026-01-01T00:00:00.000Z')`, [name]);
}
