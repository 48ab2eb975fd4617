import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { applyMigrations } from '../../src/adapters/postgres/migrate.ts';
import { hashOf, type MigrationFiles, migrationText } from '../../src/adapters/postgres/migration-files.ts';
import { locksOf } from '../../src/adapters/postgres/migration-locks.ts';
import { eventually } from '../support/eventually.ts';
import { POSTGRES_SERVICES } from '../support/postgres-installed.ts';
import { emptyDatabases } from '../support/previous-version.ts';

const databases = emptyDatabases();
afterEach(() => databases.endPools());
afterAll(() => databases.close());

const oneConnection = (connectionString: string) => new pg.Pool({ connectionString, max: 1 });

/** What this connection holds of tables, beyond what reads them. */
const HELD = `
  SELECT c.oid::integer, c.oid::regclass::text AS name, l.mode FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
   WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND l.mode <> 'AccessShareLock'
     AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)`;

describe.each(POSTGRES_SERVICES)('the locks of each migration of $service', ({ files }) => {
  it('are foreseen, of every table that was there before it', async () => {
    const pool = databases.pool(await databases.url(), oneConnection);
    if (files.schema !== undefined) await pool.query(`CREATE SCHEMA ${files.schema}`);
    const unforeseen: string[] = [];
    let held = 0;
    for (const name of Object.keys(files.hashes)) {
      const text = await migrationText(files, name);
      const { mode, tables } = locksOf(text);
      const before = await pool.query<{ oid: number }>(`SELECT oid::integer FROM pg_class`);
      const known = new Set(before.rows.map(({ oid }) => oid));
      await pool.query('BEGIN');
      await pool.query(text);
      const { rows } = await pool.query<{ oid: number; name: string; mode: string }>(HELD);
      await pool.query('COMMIT');
      for (const lock of rows.filter(({ oid }) => known.has(oid))) {
        held += 1;
        const isCovered = mode === 'ACCESS EXCLUSIVE' || lock.mode === 'ShareLock';
        if (!tables.includes(lock.name) || !isCovered) unforeseen.push(`${name}: ${lock.name} ${lock.mode}`);
      }
    }
    expect(unforeseen).toEqual([]);
    expect(held).toBeGreaterThan(5);
  });
});

/** Migrations of two tables, of which the second changes both, and takes its time between. */
async function slowMigrations(): Promise<MigrationFiles> {
  const folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'migrations-'))}/`);
  const texts = {
    '001-tables': 'CREATE TABLE one (id integer);\nCREATE TABLE two (id integer);\n',
    '002-columns': [
      'ALTER TABLE one ADD COLUMN note text;',
      'SELECT pg_sleep(0.7);',
      'ALTER TABLE two ADD COLUMN note text;',
    ].join('\n'),
  };
  for (const [name, text] of Object.entries(texts)) await writeFile(new URL(`${name}.sql`, folder), text);
  const hashes = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, hashOf(text)]));
  return { folder, hashes, parts: [] };
}

describe('a process that serves while a migration changes two tables', () => {
  it('is not ended as the victim of a deadlock, when it holds the one and wants the other', async () => {
    const files = await slowMigrations();
    const url = await databases.url();
    const [pool, serving, looking] = [
      databases.pool(url),
      databases.pool(url, oneConnection),
      databases.pool(url, oneConnection),
    ];
    const [first] = Object.entries(files.hashes);
    (await applyMigrations(pool, { ...files, hashes: Object.fromEntries([first ?? []]) }))._unsafeUnwrap();
    await serving.query('BEGIN');
    await serving.query('INSERT INTO two VALUES (1)');
    const migrated = applyMigrations(pool, files);
    // The migration has begun once it holds the first table, or waits for the second.
    await eventually(async () => {
      const { rows } = await looking.query(
        `SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IN ('one'::regclass, 'two'::regclass)`,
      );
      expect(rows.length).toBeGreaterThan(0);
    });
    await serving.query('INSERT INTO one VALUES (1)');
    await serving.query('COMMIT');
    expect((await migrated)._unsafeUnwrap()).toEqual(['002-columns']);
    expect((await looking.query('SELECT one.id, two.id, two.note FROM one, two')).rows).toHaveLength(1);
    await rm(files.folder, { recursive: true });
  });
});
