import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrateApprovals } from '../../src/adapters/postgres/approvals/migrate.ts';
import { migratePostgres } from '../../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { madeOnce, type OnceARun, startOnceARun } from './once-a-run.ts';

/** Makes the template of the run's server when a test first asks: migrating takes half a second of a core. */
export const startTemplateMaker = (serverUrl: string): Promise<OnceARun> =>
  startOnceARun(() => migratedTemplate(serverUrl));

/** The template of the run's server. */
export const templateOfRun = (): Promise<string> => madeOnce(process.env['TEST_TEMPLATE_URL'], 'template');

/** A database that was migrated for both services, and that is connected to no more; its name. */
export async function migratedTemplate(serverUrl: string): Promise<string> {
  const name = `template_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const pool = postgresPool({ connectionString: databaseUrl(serverUrl, name) });
  (await migratePostgres(pool))._unsafeUnwrap();
  (await migrateApprovals(pool))._unsafeUnwrap();
  await pool.end();
  return name;
}

export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
