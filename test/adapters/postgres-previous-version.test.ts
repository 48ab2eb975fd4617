import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { installBefore, POSTGRES_SERVICES } from '../support/postgres-installed.ts';
import {
  emptyDatabases,
  expectSameAnswers,
  recordingOf,
  rowsOf,
  type Statement,
  statementsOf,
  textPoolAt,
} from '../support/previous-version.ts';
import { approvalsLife, platformLife } from '../support/storage-life.ts';

const LIVES = {
  platform: (pool: pg.Pool) => platformLife(postgresStorage(pool)),
  approvals: (pool: pg.Pool) => approvalsLife(approvalsPostgresStorage(pool)),
};

const databases = emptyDatabases();
afterEach(() => databases.endPools());
afterAll(() => databases.close());
const emptyDatabase = async (open?: (url: string) => pg.Pool) => databases.pool(await databases.url(), open);

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
    const statements = await statementsOf(each.service);
    expect(statements.length).toBeGreaterThan(20);
    await expectSameAnswers(pool, statements);
  });
});
