import pg from 'pg';
import { afterAll, afterEach, beforeEach, inject } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { tcpProxy } from '../adapters/tcp-proxy.ts';
import { postgresServer } from './postgres-database.ts';

type Opened = Readonly<{ close(): Promise<unknown> }>;

/** A migrated database for each test of a file. What a test opens through it is closed after the test, the last first. */
export async function databaseForEachTest<Storage extends Opened>(storageOf: (pool: pg.Pool) => Storage) {
  const server = await postgresServer(inject('postgresUrl'));
  let url = '';
  let opened: Opened[] = [];
  beforeEach(async () => {
    url = await server.newDatabase();
    opened = [];
  });
  afterEach(async () => {
    for (const each of opened.toReversed()) await each.close();
  });
  afterAll(() => server.close());

  const closing = <Each extends Opened>(each: Each): Each => {
    opened.push(each);
    return each;
  };
  const storageOn = (settings: pg.PoolConfig = {}): Storage =>
    closing(storageOf(postgresPool({ connectionString: url, ...settings })));

  return {
    /** The URL of the database of the test that runs. */
    url: () => url,
    closing,
    storageOn,
    pool: (settings: pg.PoolConfig = {}): pg.Pool => {
      const pool = postgresPool({ connectionString: url, ...settings });
      closing({ close: () => pool.end() });
      return pool;
    },
    /** Connections that no setting of ours bounds. */
    superuser: (connectionString = url): pg.Pool => {
      const pool = new pg.Pool({ connectionString, max: 4 });
      pool.on('error', () => {});
      closing({ close: () => pool.end() });
      return pool;
    },
    /** A storage whose wire to the server can be disturbed. */
    proxied: async (settings: pg.PoolConfig = {}) => {
      const direct = new URL(url);
      const wire = closing(await tcpProxy({ host: direct.hostname, port: Number(direct.port) }));
      direct.hostname = '127.0.0.1';
      direct.port = `${wire.port}`;
      return { wire, storage: storageOn({ connectionString: direct.href, ...settings }) };
    },
  };
}
