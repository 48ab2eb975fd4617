import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { SCRIPT } from '../../bench/peers/pgbench.ts';
import { anIntent } from '../../bench/system.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

/** Of every table that has a row, the columns that hold something, and how long the row is as text. */
async function written(pool: pg.Pool) {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await pool.query<{ columns: readonly string[]; bytes: number }>(
        `SELECT array(SELECT jsonb_object_keys(jsonb_strip_nulls(to_jsonb(t))) ORDER BY 1) AS columns,
          length(to_jsonb(t)::text) AS bytes FROM ${name} t`,
      );
      return rows.map((row) => ({ name, ...row }));
    }),
  );
  return found.flat();
}

test('what pgbench writes beside us is what the first commit of a payment writes, table by table and column by column', async () => {
  const pool = await server.newPool();
  const storage = postgresStorage(pool);
  const before = await written(pool);
  (await storage.commits.commit(anIntent()))._unsafeUnwrap();
  const ours = await written(pool);
  await storage.close();

  const other = await server.newPool();
  await other.query(readFileSync(SCRIPT, 'utf8'));
  const theirs = await written(other);
  await other.end();

  const shape = (rows: typeof ours) => rows.map(({ name, columns }) => ({ name, columns }));
  expect(shape(theirs)).toEqual(shape(ours));
  const tables = ours.map(({ name }) => name).filter((name) => before.every((row) => row.name !== name));
  expect(tables).toEqual(['audit_entry', 'claim', 'outbox', 'payment', 'tally']);
  for (const [n, { bytes }] of ours.entries())
    expect(Math.abs((theirs[n]?.bytes ?? 0) - bytes)).toBeLessThan(100);
});
