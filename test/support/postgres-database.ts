import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrateApprovals } from '../../src/adapters/postgres/approvals/migrate.ts';
import { migratePostgres } from '../../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';

/** A server on which tests make databases, each a clone of one that was migrated once, for both services. */
export async function postgresServer(serverUrl: string) {
  const admin = new pg.Pool({ connectionString: serverUrl, max: 2 });
  const template = `template_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${template}`);
  const pool = postgresPool({ connectionString: urlOf(serverUrl, template) });
  (await migratePostgres(pool))._unsafeUnwrap();
  (await migrateApprovals(pool))._unsafeUnwrap();
  await pool.end();
  // By files: through the log it takes the server twice the processor time.
  const make = (name: string) =>
    admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  return {
    /** The URL of a fresh, migrated database. */
    async newDatabase(): Promise<string> {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await make(name);
      return urlOf(serverUrl, name);
    },
    /** Puts a fresh, migrated database in the place of this one, and ends all connections to it. */
    async renew(url: string): Promise<void> {
      const name = new URL(url).pathname.slice(1);
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await make(name);
    },
    close: () => admin.end(),
  };
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
