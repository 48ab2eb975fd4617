import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { installBefore, POSTGRES_SERVICES } from '../support/postgres-installed.ts';
import { approvalsLife, platformLife } from '../support/storage-life.ts';

/**
 * Every statement that the previous version sends in a storage's life, with its parameters and the rows it got on its own
 * schema. Recorded anew with PAYWRIGHT_RECORD_STATEMENTS=1 when a version is released, so that the next is held against it.
 */
type Statement = Readonly<{ text: string; values: readonly unknown[]; rows: readonly object[] }>;

const recordingOf = (service: string) =>
  new URL(`../fixtures/installed/${service}-statements.jsonl`, import.meta.url);

const LIVES = {
  platform: (pool: pg.Pool) => platformLife(postgresStorage(pool)),
  approvals: (pool: pg.Pool) => approvalsLife(approvalsPostgresStorage(pool)),
};

const admin = new pg.Pool({ connectionString: inject('postgresUrl'), max: 1 });
afterAll(() => admin.end());
const opened: pg.Pool[] = [];
afterEach(() => Promise.all(opened.splice(0).map((pool) => pool.end())));

async function emptyDatabase(open: (url: string) => pg.Pool = postgresPoolAt): Promise<pg.Pool> {
  const name = `empty_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  const pool = open(url.href);
  opened.push(pool);
  return pool;
}

const postgresPoolAt = (connectionString: string) => postgresPool({ connectionString });

/** Reads every value as its text. */
const textPoolAt = (connectionString: string) =>
  new pg.Pool({
    connectionString,
    max: 1,
    options: '-c timezone=UTC',
    types: { getTypeParser: () => (text: unknown) => text } as unknown as pg.CustomTypesConfig,
  });

async function rowsOf(pool: pg.Pool, { text, values }: Pick<Statement, 'text' | 'values'>) {
  const { rows } = await pool.query(text, [...values]);
  return rows as object[];
}

/** Runs the life on an old schema and keeps what was sent, then what another old schema answers to it. */
async function record(each: (typeof POSTGRES_SERVICES)[number]): Promise<void> {
  const pool = await emptyDatabase();
  const sent: Pick<Statement, 'text' | 'values'>[] = [];
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...parts: unknown[]) => unknown;
    client.query = ((given: string | pg.QueryConfig, ...rest: unknown[]) => {
      const config: Readonly<{ text: string; values?: unknown[] }> =
        typeof given === 'string' ? { text: given } : given;
      const [beside] = rest;
      sent.push({ text: config.text, values: config.values ?? (Array.isArray(beside) ? beside : []) });
      return query(given, ...rest);
    }) as never;
  });
  await installBefore(pool, each);
  sent.splice(0);
  await LIVES[each.service](pool);
  const other = await emptyDatabase(textPoolAt);
  await installBefore(other, each);
  const lines: string[] = [];
  for (const statement of sent.filter(({ text }) => !text.includes('pg_notify'))) {
    const plain = JSON.parse(
      JSON.stringify(statement, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ) as Statement;
    lines.push(JSON.stringify({ ...plain, rows: await rowsOf(other, plain) }));
  }
  await writeFile(recordingOf(each.service), `${lines.join('\n')}\n`);
}

describe.each(POSTGRES_SERVICES)('a process of the previous version of $service', (each) => {
  it('gets the same answer to every statement after this version has migrated', async () => {
    const recording = recordingOf(each.service);
    if (process.env['PAYWRIGHT_RECORD_STATEMENTS'] !== undefined) await record(each);
    expect(existsSync(recording)).toBe(true);
    const pool = await emptyDatabase(textPoolAt);
    (await each.migrate(pool))._unsafeUnwrap();
    const statements = (await readFile(recording, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Statement);
    expect(statements.length).toBeGreaterThan(20);
    for (const statement of statements) {
      const rows = await rowsOf(pool, statement);
      expect(rows.length, statement.text).toBe(statement.rows.length);
      for (const [index, row] of statement.rows.entries())
        expect(rows[index], statement.text).toMatchObject(row);
    }
  });
});
