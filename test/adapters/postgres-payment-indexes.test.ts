import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON } from '../fixtures/changes.ts';
import { eventually } from '../support/eventually.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

const MANY = 20_000;

/** Searches that a table with many payments of one merchant answers from an index of their own. */
describe('Payments on Postgres, among many', () => {
  let pool: pg.Pool;
  let storage: Storage;
  beforeAll(async () => {
    pool = await server.newPool({ max: 1 });
    storage = postgresStorage(pool);
    const opening = anOpening({ captureMethod: 'manual', metadata: { order: 'first' } });
    const success = aSuccess(opening, NOON + 50, undefined, 'ch_1', NOON + 900);
    for (const { change } of [opening, { change: success }])
      (await storage.commits.commit(change))._unsafeUnwrap();
    const { rows } = await pool.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'payment'::regclass AND attnum > 0 AND NOT attisdropped",
    );
    const others: Readonly<Record<string, string>> = {
      id: 'gen_random_uuid()',
      metadata: `json_build_object('order', n::text, 'shop', 'one')`,
      status: "'succeeded'",
      amount: '10000 + n',
      captured_amount: 'authorized_amount',
    };
    const names = rows.map(({ name }) => name);
    await pool.query(`INSERT INTO payment (${names.join(', ')})
      SELECT ${names.map((name) => others[name] ?? name).join(', ')} FROM payment, generate_series(1, ${MANY}) AS n`);
    await pool.query(`INSERT INTO ledger_entry (merchant_id, id, type, debit, credit, amount, currency, payment_id, transaction_id, created_at)
      SELECT '${aMerchantId()}', gen_random_uuid(), CASE n WHEN 1 THEN 'refund_hold' ELSE 'capture' END, 'processor', 'available', 1,
        'USD', gen_random_uuid(), gen_random_uuid(), now() FROM generate_series(1, ${MANY}) AS n`);
    await pool.query('ANALYZE payment, ledger_entry');
    return () => storage.close();
  });

  /** How often each index was asked so far. */
  async function asked(index: string): Promise<number> {
    await pool.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ idx_scan: number }>(
      'SELECT idx_scan::int FROM pg_stat_user_indexes WHERE indexrelname = $1',
      [index],
    );
    return rows[0]?.idx_scan ?? Number.NaN;
  }

  it('finds a pair of metadata by the index of pairs, also when it has planned for many pairs before', async () => {
    const before = await asked('payment_metadata');
    for (let n = 1; n <= 8; n += 1) {
      const filter = { metadata: { name: 'order', value: `${n}` } };
      const found = await storage.payments.list(aMerchantId(), filter, { limit: 20 });
      expect(found._unsafeUnwrap()).toHaveLength(1);
    }
    await eventually(async () => expect((await asked('payment_metadata')) - before).toBe(8));
  });

  it('finds an amount by the index of amounts, alone and in one currency, also when it has planned for many before', async () => {
    const before = await asked('payment_amount');
    for (let n = 1n; n <= 8n; n += 1n) {
      const filter = { minAmount: 10_000n + n, maxAmount: 10_000n + n };
      for (const each of [filter, { ...filter, currency: 'USD' as const }])
        expect(
          (await storage.payments.list(aMerchantId(), each, { limit: 20 }))._unsafeUnwrap(),
        ).toHaveLength(1);
    }
    await eventually(async () => expect((await asked('payment_amount')) - before).toBe(16));
  });

  it('looks through no more payments than it may, and through few where many match', async () => {
    const read = async () => {
      await pool.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await pool.query<{ read: number }>(
        "SELECT (idx_tup_fetch + seq_tup_read)::int AS read FROM pg_stat_user_tables WHERE relname = 'payment'",
      );
      return rows[0]?.read ?? Number.NaN;
    };
    for (const [filter, found, most] of [
      [{ currency: 'EUR' }, 0, 1_100],
      [{ currency: 'USD' }, 20, 100],
    ] as const) {
      const before = await read();
      const page = await storage.payments.lookThrough(aMerchantId(), filter, { limit: 20, most: 500 });
      expect(page._unsafeUnwrap().payments).toHaveLength(found);
      await eventually(async () => expect((await read()) - before).toBeGreaterThanOrEqual(20));
      expect((await read()) - before).toBeLessThanOrEqual(most);
    }
  });

  it('finds refunds by the index of rare entries, past all captures', async () => {
    const before = await asked('ledger_entry_rare');
    for (let n = 1; n <= 8; n += 1) {
      const found = await storage.ledger.list(aMerchantId(), { type: 'refund_hold' }, { limit: 20 });
      expect(found._unsafeUnwrap()).toHaveLength(1);
    }
    await eventually(async () => expect((await asked('ledger_entry_rare')) - before).toBe(8));
  });

  it('finds what lapses by the index of that', async () => {
    const before = await asked('payment_lapsing');
    expect((await storage.payments.lapsing(NOON + 900, 10))._unsafeUnwrap()).toHaveLength(1);
    await eventually(async () => expect(await asked('payment_lapsing')).toBeGreaterThan(before));
  });
});
