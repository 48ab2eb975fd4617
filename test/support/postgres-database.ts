import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { type EmptiedDatabase, emptiedDatabase } from './emptied-database.ts';
import { PATIENCE } from './patience.ts';
import { databaseUrl, migratedTemplate, templateOfRun } from './postgres-template.ts';

/** How long connections and queries of tests may take: a minute, for tests share their machine. */
export const PATIENT = {
  query_timeout: 60_000,
  connectionTimeoutMillis: 60_000,
  patience: PATIENCE,
} as const;

/** A server on which tests make databases, each a clone of one that was migrated once, for both services. */
export async function postgresServer(serverUrl: string) {
  const admin = new pg.Pool({ connectionString: serverUrl, max: 2 });
  const isOfRun = serverUrl === inject('postgresUrl');
  const template = isOfRun ? await templateOfRun() : await migratedTemplate(serverUrl);
  // By files: through the log it takes the server twice the processor time.
  const make = (name: string) =>
    admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const drop = (name: string) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  const newDatabase = async (): Promise<string> => {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await make(name);
    return databaseUrl(serverUrl, name);
  };
  const free: EmptiedDatabase[] = [];
  const kept = new Set<EmptiedDatabase>();
  let isClosed = false;
  return {
    /** The URL of a fresh, migrated database. */
    newDatabase,
    /**
     * Over a migrated database without rows, for what reads and writes rows alone: when the pool ends it is emptied and the next pool's, which
     * takes a tenth of the time of a fresh one. Connections and queries may take longer than when the product serves: tests share their machine.
     */
    async newPool(settings: pg.PoolConfig = {}): Promise<pg.Pool> {
      const database = free.pop() ?? (await emptiedDatabase(await newDatabase()));
      kept.add(database);
      const pool = postgresPool({
        ...PATIENT,
        ...settings,
        connectionString: database.url,
      });
      const end = pool.end.bind(pool) as () => Promise<void>;
      pool.end = (async () => {
        await end();
        if (isClosed) return;
        if (await database.empty()) free.push(database);
        else await dropped(database);
      }) as pg.Pool['end'];
      return pool;
    },
    /** Puts a fresh, migrated database in the place of this one, and ends all connections to it. */
    async renew(url: string): Promise<void> {
      await drop(nameOf(url));
      await make(nameOf(url));
    },
    async close(): Promise<void> {
      isClosed = true;
      for (const each of kept) await dropped(each);
      await admin.end();
    },
  };

  async function dropped(database: EmptiedDatabase): Promise<void> {
    kept.delete(database);
    await database.leave();
    await drop(nameOf(database.url));
  }
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
