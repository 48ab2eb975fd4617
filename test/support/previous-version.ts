import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { expect, inject } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';

/**
 * Every statement that the previous version sends in a storage's life, with its parameters and the rows it got on its own
 * schema. Recorded anew with PAYWRIGHT_RECORD_STATEMENTS=1 when a version is released, so that the next is held against it.
 */
export type Statement = Readonly<{ text: string; values: readonly unknown[]; rows: readonly object[] }>;

export const recordingOf = (service: string) =>
  new URL(`../fixtures/installed/${service}-statements.jsonl`, import.meta.url);

/** In the order in which they were sent. */
export async function statementsOf(service: string): Promise<readonly Statement[]> {
  const text = await readFile(recordingOf(service), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Statement);
}

/** Reads every value as its text, on one connection. */
export const textPoolAt = (connectionString: string): pg.Pool =>
  new pg.Pool({
    connectionString,
    max: 1,
    options: '-c timezone=UTC',
    types: { getTypeParser: () => (text: unknown) => text } as unknown as pg.CustomTypesConfig,
  });

export async function rowsOf(pool: pg.Pool, { text, values }: Pick<Statement, 'text' | 'values'>) {
  const { rows } = await pool.query(text, [...values]);
  return rows as object[];
}

/** Sends the statements, one after the other, and expects of each the answer that is recorded. */
export async function expectSameAnswers(pool: pg.Pool, statements: readonly Statement[]): Promise<void> {
  for (const statement of statements) {
    const rows = await rowsOf(pool, statement);
    expect(rows.length, statement.text).toBe(statement.rows.length);
    for (const [index, row] of statement.rows.entries())
      expect(rows[index], statement.text).toMatchObject(row);
  }
}

/** Databases without anything on the run's server, and the pools that were opened on them. */
export function emptyDatabases() {
  const admin = new pg.Pool({ connectionString: inject('postgresUrl'), max: 1 });
  const opened: pg.Pool[] = [];
  return {
    async url(): Promise<string> {
      const name = `empty_${randomBytes(6).toString('hex')}`;
      await admin.query(`CREATE DATABASE ${name}`);
      return Object.assign(new URL(inject('postgresUrl')), { pathname: `/${name}` }).href;
    },
    pool(url: string, open: (url: string) => pg.Pool = postgresPoolAt): pg.Pool {
      const pool = open(url);
      opened.push(pool);
      return pool;
    },
    /** Ends the pools of a test. */
    endPools: () => Promise.all(opened.splice(0).map((pool) => pool.end())),
    close: () => admin.end(),
  };
}

const postgresPoolAt = (connectionString: string) => postgresPool({ connectionString });
