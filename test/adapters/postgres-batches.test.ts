import type pg from 'pg';
import { afterAll, expect, inject, it } from 'vitest';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { countsOf, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { temporaryFiles } from '../support/objects.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

/** Which of the arguments of `commit_changes` are transactions that move. */
const MOVED_TRANSACTIONS = 7;

it('settles the transactions of a file in columns, one statement a batch, and none of them in JSON, also of a merchant that is called NULL', async () => {
  const pool = await server.newPool();
  const asked: pg.QueryConfig<unknown[]>[] = [];
  const query = pool.query.bind(pool) as (statement: pg.QueryConfig) => Promise<unknown>;
  pool.query = ((statement: pg.QueryConfig<unknown[]>) => {
    asked.push(statement);
    return query(statement);
  }) as unknown as pg.Pool['query'];
  const storage = { ...postgresStorage(pool), mostChangeRows: 155 };
  try {
    const desk = fileDesk(storage, temporaryFiles({ now: () => 0 }), aMerchantId('NULL'));
    await desk.open();
    const paid = await Promise.all(Array.from({ length: 90 }, () => desk.paid()));
    asked.length = 0;
    const ended = await desk.reconcile(nativeFile(paid.map((each) => rowAbout(each, { fee: '3' }))));
    expect(countsOf(ended)).toEqual({ matched: 90 });
    const settledIn = (name: string, place: number) =>
      asked.filter((each) => each.name === name && (each.values?.[place] ?? null) !== null);
    expect(ended.batches).toBe(2);
    expect(settledIn('commit_batch', 0)).toHaveLength(2);
    expect(settledIn('commit_changes', MOVED_TRANSACTIONS)).toEqual([]);
    const settled = await Promise.all(paid.map((each) => desk.transaction(each)));
    expect(settled.every((each) => each?.status === 'settled' && each.merchantId === 'NULL')).toBe(true);
  } finally {
    await storage.close();
  }
});
