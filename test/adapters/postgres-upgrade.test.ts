import type pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { applyMigrations } from '../../src/adapters/postgres/migrate.ts';
import { type MigrationFiles, migrationTable } from '../../src/adapters/postgres/migration-files.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorageHealth } from '../../src/adapters/postgres/storage-health.ts';
import { catalogOf } from '../support/postgres-catalog.ts';
import { PATIENT } from '../support/postgres-database.ts';
import { installBefore, POSTGRES_SERVICES, type PostgresService } from '../support/postgres-installed.ts';
import { emptyDatabases, expectSameAnswers, statementsOf, textPoolAt } from '../support/previous-version.ts';

const databases = emptyDatabases();
afterEach(() => databases.endPools());
afterAll(() => databases.close());

/** A database as the previous version left it, which goes on to serve it on a connection of its own. */
async function served(each: PostgresService) {
  const url = await databases.url();
  const pool = databases.pool(url);
  await installBefore(pool, each);
  return {
    url,
    pool,
    serving: databases.pool(url, textPoolAt),
    statements: await statementsOf(each.service),
  };
}

/**
 * A process that migrates and is killed before its statement of that number: its connection breaks, and it opens no other. Counts what it
 * sent.
 */
async function migrateKilledAt(url: string, { migrate }: PostgresService, last: number): Promise<number> {
  const pool = postgresPool({ ...PATIENT, connectionString: url, max: 1 });
  let sent = 0;
  let isKilled = false;
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...parts: unknown[]) => unknown;
    client.on('error', () => {});
    client.query = ((...parts: unknown[]) => {
      sent += 1;
      if (sent > last && !isKilled) {
        isKilled = true;
        pool.connect = (() => Promise.reject(new Error('killed'))) as never;
        (client as unknown as { connection: pg.Connection }).connection.stream.destroy();
      }
      return query(...parts);
    }) as never;
  });
  try {
    await migrate(pool);
  } catch {
    // As the process would have no longer been there to tell.
  } finally {
    await pool.end();
  }
  return sent;
}

const appliedOn = async (pool: pg.Pool, { files }: PostgresService): Promise<number> =>
  (await pool.query(`SELECT name FROM ${migrationTable(files)}`)).rows.length;

/** Functions that say since when rows have been sealed are made when there are rows, and hold the time of that. */
const timelessCatalogOf = async (pool: pg.Pool): Promise<readonly string[]> =>
  (await catalogOf(pool)).map((line) => line.replaceAll(/'[^']*'::timestamptz/g, 'then'));

/** What the version before the newest migration knew. */
const filesBefore = ({ files }: PostgresService): MigrationFiles => ({
  ...files,
  hashes: Object.fromEntries(Object.entries(files.hashes).slice(0, -1)),
});

describe.each(POSTGRES_SERVICES)('an upgrade of $service while the version before serves', (each) => {
  it.each([0, 20, 40, 60, 80])(
    'changes no answer, when it begins with %d percent of the statements sent',
    async (percent) => {
      const { pool, serving, statements } = await served(each);
      const begun = Math.floor((percent * statements.length) / 100);
      await expectSameAnswers(serving, statements.slice(0, begun));
      const [applied] = await Promise.all([
        each.migrate(pool),
        expectSameAnswers(serving, statements.slice(begun)),
      ]);
      expect(applied._unsafeUnwrap()).toEqual(Object.keys(each.files.hashes).slice(each.knewAtFirst));
      expect((await postgresStorageHealth(pool, each.files).check()).isOk()).toBe(true);
    },
  );

  it('leaves nothing behind when it is killed between two statements, and is done by the next', async () => {
    const { url, pool, serving, statements } = await served(each);
    const other = await served(each);
    const all = await migrateKilledAt(other.url, each, Number.POSITIVE_INFINITY);
    const before = await catalogOf(pool);
    const known = await appliedOn(pool, each);
    const kills = 10;
    const part = Math.floor(statements.length / (kills + 1));
    for (let kill = 0; kill < kills; kill += 1) {
      // From before the first to the last, which is the commit.
      const last = Math.round((kill * (all - 1)) / (kills - 1));
      await Promise.all([
        migrateKilledAt(url, each, last),
        expectSameAnswers(serving, statements.slice(kill * part, (kill + 1) * part)),
      ]);
      expect(await catalogOf(pool), `killed at ${last} of ${all}`).toEqual(before);
      expect(await appliedOn(pool, each)).toBe(known);
    }
    (await each.migrate(pool))._unsafeUnwrap();
    expect(await timelessCatalogOf(pool)).toEqual(await timelessCatalogOf(other.pool));
    await expectSameAnswers(serving, statements.slice(kills * part));
  });

  it('is rolled back by starting the version before again, which serves on the newer schema and leaves it', async () => {
    const { pool, serving, statements } = await served(each);
    const half = Math.floor(statements.length / 2);
    await expectSameAnswers(serving, statements.slice(0, half));
    (await each.migrate(pool))._unsafeUnwrap();
    const migrated = await catalogOf(pool);
    const before = filesBefore(each);
    const [applied] = await Promise.all([
      applyMigrations(pool, before),
      expectSameAnswers(serving, statements.slice(half)),
    ]);
    expect(applied._unsafeUnwrap()).toEqual([]);
    expect((await postgresStorageHealth(pool, before).check()).isOk()).toBe(true);
    expect(await catalogOf(pool)).toEqual(migrated);
    expect((await each.migrate(pool))._unsafeUnwrap()).toEqual([]);
    expect((await postgresStorageHealth(pool, each.files).check()).isOk()).toBe(true);
  });
});
