import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import { applyMigrations, migratePostgres } from '../../src/adapters/postgres/migrate.ts';
import { hashOf, type MigrationFiles, migrationTable } from '../../src/adapters/postgres/migration-files.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { PARTS } from '../../src/adapters/postgres/schema-parts.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { postgresStorageHealth } from '../../src/adapters/postgres/storage-health.ts';
import { migrationFaults } from '../../src/adapters/postgres/stored-migrations.ts';
import { anOpening } from '../fixtures/changes.ts';
import { catalogOf } from '../support/postgres-catalog.ts';
import { installBefore, POSTGRES_SERVICES, type PostgresService } from '../support/postgres-installed.ts';

const admin = new pg.Pool({ connectionString: inject('postgresUrl'), max: 1 });
afterAll(() => admin.end());

const opened: pg.Pool[] = [];
afterEach(() => Promise.all(opened.splice(0).map((pool) => pool.end())));

async function emptyDatabase(): Promise<pg.Pool> {
  const name = `empty_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const pool = postgresPool({ connectionString: url.href });
  opened.push(pool);
  return pool;
}

/** A database as versions left it that had no migration files. */
async function installedBefore(each: PostgresService): Promise<pg.Pool> {
  const pool = await emptyDatabase();
  await installBefore(pool, each);
  return pool;
}

/** As SQL takes a part away that is named as `PARTS` names it. */
function dropping(part: string, schema: string): string {
  const [, kind = '', name = '', table = ''] = /^(?:unique )?(\w+) (\S+) of (\S+)$/.exec(part) ?? [];
  if (kind === 'constraint') return `ALTER TABLE ${schema}.${table} DROP CONSTRAINT ${name} CASCADE`;
  return kind === 'index' ? `DROP INDEX ${schema}.${name}` : `DROP TRIGGER ${name} ON ${schema}.${table}`;
}

describe.each(POSTGRES_SERVICES)('the migrations of $service', (each) => {
  const { files, migrate } = each;

  it('are files numbered without a gap, each the one that landed', async () => {
    const found = (await readdir(files.folder)).filter((name) => name.endsWith('.sql')).toSorted();
    expect(found.map((name) => Number(name.slice(0, 3)))).toEqual(found.map((_, index) => index + 1));
    const hashes = found.map(async (name) => [
      name.slice(0, -'.sql'.length),
      hashOf(await readFile(new URL(name, files.folder))),
    ]);
    // A new file is added to manifest.json by the line that is printed here; a landed one never changes.
    expect(Object.fromEntries(await Promise.all(hashes))).toEqual(files.hashes);
  });

  it('bring an installation from before there were files to the schema that a new one gets', async () => {
    const [old, fresh] = [await installedBefore(each), await emptyDatabase()];
    expect((await migrate(old))._unsafeUnwrap()).toEqual(Object.keys(files.hashes).slice(each.knewAtFirst));
    expect((await migrate(fresh))._unsafeUnwrap()).toEqual(Object.keys(files.hashes));
    expect(await catalogOf(old)).toEqual(await catalogOf(fresh));
    for (const pool of [old, fresh])
      expect((await postgresStorageHealth(pool, files).check()).isOk()).toBe(true);
    expect((await migrate(old))._unsafeUnwrap()).toEqual([]);
  });

  it('leave the constraints, indexes and triggers that are on record, and no others', async () => {
    const pool = await emptyDatabase();
    (await migrate(pool))._unsafeUnwrap();
    const { rows } = await pool.query<{ part: string }>(PARTS, [files.schema ?? null]);
    // A migration that adds one, or takes one away, changes parts.json by the line that is printed here.
    expect(rows.map(({ part }) => part).toSorted()).toEqual(files.parts);
  });

  it('are not all there where any of those is not, and it is named', async () => {
    const pool = await emptyDatabase();
    (await migrate(pool))._unsafeUnwrap();
    for (const part of files.parts) {
      const client = await pool.connect();
      await client.query('BEGIN');
      await client.query(dropping(part, files.schema ?? 'public'));
      const faults = (
        await migrationFaults({ query: client.query.bind(client) } as pg.Pool, files)
      )._unsafeUnwrap();
      await client.query('ROLLBACK');
      client.release();
      expect(faults).toContainEqual({ id: part, fault: 'absent', detail: 'a part that the migrations made' });
    }
    expect((await migrationFaults(pool, files))._unsafeUnwrap()).toEqual([]);
  });

  it('leave each hash beside its name, and readiness names the one that another file was applied as', async () => {
    const pool = await emptyDatabase();
    (await migrate(pool))._unsafeUnwrap();
    const table = migrationTable(files);
    const { rows } = await pool.query<{ name: string; hash: string }>(`SELECT name, hash FROM ${table}`);
    expect(Object.fromEntries(rows.map(({ name, hash }) => [name, hash]))).toEqual(files.hashes);
    const [first] = Object.keys(files.hashes);
    await pool.query(`UPDATE ${table} SET hash = 'another' WHERE name = $1`, [first]);
    expect((await postgresStorageHealth(pool, files).check())._unsafeUnwrapErr()).toEqual({
      kind: 'SchemaDiverged',
      migration: first,
    });
  });

  it('leave what a newer version applied, and a process of this version stays ready and can be started', async () => {
    const pool = await emptyDatabase();
    (await migrate(pool))._unsafeUnwrap();
    const later = `INSERT INTO ${migrationTable(files)} VALUES ('999-later', '2036-01-01T00:00:00.000Z')`;
    await pool.query(later);
    expect((await migrate(pool))._unsafeUnwrap()).toEqual([]);
    expect((await postgresStorageHealth(pool, files).check()).isOk()).toBe(true);
  });

  it('are missed by readiness when one between them was not applied', async () => {
    const pool = await emptyDatabase();
    (await migrate(pool))._unsafeUnwrap();
    const names = Object.keys(files.hashes);
    await pool.query(`DELETE FROM ${migrationTable(files)} WHERE name = $1`, [names[0]]);
    expect((await postgresStorageHealth(pool, files).check())._unsafeUnwrapErr()).toEqual({
      kind: 'SchemaOutdated',
      found: names.at(-1),
      needed: names.at(-1),
    });
  });
});

describe('a migration file', () => {
  async function folderOf(contents: string, hash: string): Promise<MigrationFiles> {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    await writeFile(join(folder, '001-one.sql'), contents);
    return { folder: pathToFileURL(`${folder}/`), hashes: { '001-one': hash }, parts: [] };
  }

  it('that is not the one that landed is not applied', async () => {
    const pool = await emptyDatabase();
    const files = await folderOf('CREATE TABLE one (id integer)', hashOf('CREATE TABLE one (id bigint)'));
    await expect(applyMigrations(pool, files)).rejects.toThrow('001-one');
    expect((await pool.query(`SELECT to_regclass('one') AS one`)).rows).toEqual([{ one: null }]);
    await rm(files.folder, { recursive: true });
  });

  it('that fails at its second statement leaves nothing of its first', async () => {
    const pool = await emptyDatabase();
    const contents = 'CREATE TABLE one (id integer);\nCREATE TABLE one (id integer);\n';
    const files = await folderOf(contents, hashOf(contents));
    await expect(applyMigrations(pool, files)).rejects.toMatchObject({ code: '42P07' });
    expect((await pool.query(`SELECT to_regclass('one') AS one`)).rows).toEqual([{ one: null }]);
    await rm(files.folder, { recursive: true });
  });
});

describe('payments of an installation from before there were files', () => {
  it('are read and go on after the upgrade', async () => {
    const [platform] = POSTGRES_SERVICES;
    const pool = await installedBefore(platform);
    const { payment, change } = anOpening();
    const storage = postgresStorage(pool);
    (await storage.commits.commit(change))._unsafeUnwrap();
    (await migratePostgres(pool))._unsafeUnwrap();
    expect((await storage.payments.find(payment.merchantId, payment.id))._unsafeUnwrap()).toMatchObject({
      id: payment.id,
    });
    const next = anOpening();
    expect((await storage.commits.commit(next.change)).isOk()).toBe(true);
    expect((await storage.commits.commit(change)).isOk()).toBe(true);
  });
});
