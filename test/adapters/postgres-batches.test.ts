import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, expect, inject, it } from 'vitest';
import {
  bigintArray,
  integerArray,
  textArray,
  uuidArray,
} from '../../src/adapters/postgres/binary-arrays.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { fromRfc3339, rfc3339 } from '../../src/domain/kernel/instant.ts';
import { trying } from '../domain/arbitraries.ts';
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

it('gives every time back to the millisecond as it was written, from the first year to the last', async () => {
  const pool = await server.newPool();
  const [first, last] = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'].map(fromRfc3339);
  const instants = fc.array(fc.integer({ min: first ?? 0, max: last ?? 0 }), { minLength: 1, maxLength: 50 });
  try {
    await fc.assert(
      fc.asyncProperty(instants, async (written) => {
        const { rows } = await pool.query<{ time: number }>(
          'SELECT time FROM unnest($1::timestamptz[]) WITH ORDINALITY AS each(time, place) ORDER BY place',
          [written.map(rfc3339)],
        );
        expect(rows.map(({ time }) => time)).toEqual(written);
      }),
      {
        ...trying(60),
        examples: [[[first ?? 0, fromRfc3339('0099-12-31T23:59:59.999Z'), 0, -1, last ?? 0]]],
      },
    );
  } finally {
    await pool.end();
  }
});

it('takes arrays in binary that hold what was put into them', async () => {
  const pool = await server.newPool();
  const some = <Value>(value: fc.Arbitrary<Value>) =>
    fc.array(fc.option(value, { nil: undefined, freq: 4 }), { maxLength: 5 });
  const uuid = fc.stringMatching(/^[0-9a-f]{32}$/);
  const text = fc.string({ unit: fc.constantFrom('a', '"', '{', ',', '\\', 'NULL', 'é', '𝄞', ' ') });
  const bigint = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(some(uuid), some(text), some(text), some(bigint), fc.array(fc.integer(), { maxLength: 5 })),
        async ([uuids, texts, jsons, bigints, integers]) => {
          const printed = jsons.map((each) =>
            each === undefined ? undefined : JSON.stringify({ [each]: each }),
          );
          const { rows } = await pool.query(
            `SELECT $1::uuid[]::text[] AS uuids, $2::text[] AS texts, $3::json[]::text[] AS jsons,
              $4::bigint[]::text[] AS bigints, $5::integer[] AS integers`,
            [
              uuidArray(uuids),
              textArray(texts),
              textArray(printed, 'json'),
              bigintArray(bigints),
              integerArray(integers),
            ],
          );
          const stored = (values: readonly (string | bigint | undefined)[]) =>
            values.map((each) => (each === undefined ? null : `${each}`));
          expect(rows).toEqual([
            {
              uuids: stored(uuids).map(
                (each) => each?.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') ?? null,
              ),
              texts: stored(texts),
              jsons: stored(printed),
              bigints: stored(bigints),
              integers,
            },
          ]);
        },
      ),
      trying(60),
    );
    for (const id of ['', '0'.repeat(31), '0'.repeat(33), `${'0'.repeat(30)}zz`, `0-${'0'.repeat(30)}`])
      expect(() => uuidArray([id])).toThrow('32 hex digits');
  } finally {
    await pool.end();
  }
});
