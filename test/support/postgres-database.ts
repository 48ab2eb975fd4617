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
  const drop = (name: string) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  const newDatabase = async (): Promise<string> => {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await make(name);
    return urlOf(serverUrl, name);
  };
  // One after the other, so that the tests' next database does not wait for them.
  let dropped: Promise<unknown> = Promise.resolve();
  let isClosed = false;
  return {
    /** The URL of a fresh, migrated database. */
    newDatabase,
    /** Over a fresh, migrated database that goes when the pool ends: hundreds of them are more memory than a machine has to spare. */
    async newPool(settings: pg.PoolConfig = {}): Promise<pg.Pool> {
      const connectionString = await newDatabase();
      const fresh = postgresPool({ ...settings, connectionString });
      const end = fresh.end.bind(fresh) as () => Promise<void>;
      fresh.end = (async () => {
        await end();
        if (!isClosed) dropped = dropped.then(() => drop(nameOf(connectionString)));
      }) as pg.Pool['end'];
      return fresh;
    },
    /** Puts a fresh, migrated database in the place of this one, and ends all connections to it. */
    async renew(url: string): Promise<void> {
      await drop(nameOf(url));
      await make(nameOf(url));
    },
    async close(): Promise<void> {
      isClosed = true;
      await dropped;
      await admin.end();
    },
  };
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
