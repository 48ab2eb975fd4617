import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { migratePostgres, PLATFORM_MIGRATIONS } from '../../src/adapters/postgres/migrate.ts';
import { newestOf } from '../../src/adapters/postgres/migration-files.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { databaseForEachTest } from '../support/database-for-each-test.ts';

const database = await databaseForEachTest(postgresStorage);
const { storageOn, superuser } = database;

describe('the schema on Postgres', () => {
  async function emptyDatabase(): Promise<string> {
    const name = `empty_${randomBytes(6).toString('hex')}`;
    await superuser(inject('postgresUrl')).query(`CREATE DATABASE ${name}`);
    const at = new URL(inject('postgresUrl'));
    at.pathname = `/${name}`;
    return at.href;
  }

  it('is brought up to date once, however often it is asked', async () => {
    const url = await emptyDatabase();
    const pool = database.pool({ connectionString: url });
    expect((await migratePostgres(pool))._unsafeUnwrap().at(-1)).toBe(newestOf(PLATFORM_MIGRATIONS));
    expect((await migratePostgres(pool))._unsafeUnwrap()).toEqual([]);
    expect((await postgresStorage(pool).health.check()).isOk()).toBe(true);
  });

  it('is brought up to date by one of several processes that start at once', async () => {
    const url = await emptyDatabase();
    const from = (name: string) => JSON.stringify(new URL(`../../src/${name}`, import.meta.url).href);
    const program = `
      import { migratePostgres } from ${from('adapters/postgres/migrate.ts')};
      import { postgresPool } from ${from('adapters/postgres/pool.ts')};
      const pool = postgresPool({ connectionString: process.argv[1] });
      console.log(JSON.stringify((await migratePostgres(pool))._unsafeUnwrap()));
      await pool.end();
    `;
    const run = promisify(execFile);
    const outputs = await Promise.all(
      Array.from({ length: 3 }, () => run(process.execPath, ['--input-type=module', '-e', program, url])),
    );
    const applied = outputs.map(({ stdout }) => JSON.parse(stdout) as string[]);
    expect(applied.filter((each) => each.length > 0)).toHaveLength(1);
    expect(applied.flat().at(-1)).toBe(newestOf(PLATFORM_MIGRATIONS));
  });

  it('says what it lacks on an empty database, and on one that is behind', async () => {
    const url = await emptyDatabase();
    const needed = newestOf(PLATFORM_MIGRATIONS);
    const { health } = storageOn({ connectionString: url });
    expect((await health.check())._unsafeUnwrapErr()).toEqual({
      kind: 'SchemaOutdated',
      found: 'none',
      needed,
    });
    const pool = database.pool({ connectionString: url });
    const applied = (await migratePostgres(pool))._unsafeUnwrap();
    await pool.query('DELETE FROM kysely_migration WHERE name = $1', [needed]);
    expect((await health.check())._unsafeUnwrapErr()).toEqual({
      kind: 'SchemaOutdated',
      found: applied.at(-2),
      needed,
    });
  });
});
