import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { anOpening, aSuccess, type Opening } from '../fixtures/changes.ts';
import { databaseForEachTest } from '../support/database-for-each-test.ts';
import { type Trouble } from './tcp-proxy.ts';

const database = await databaseForEachTest(postgresStorage);
const { storageOn, superuser, proxied } = database;

const pause = (ms: number) => new Promise((over) => setTimeout(over, ms));

/** A connection of a pool that gives none up, on a machine that takes its time to open one. */
async function connected(pool: pg.Pool): Promise<pg.PoolClient> {
  for (;;) {
    const client = await pool.connect().catch(() => undefined);
    if (client !== undefined) return client;
  }
}

/** Every opening is stored exactly once, whole. */
async function expectStoredOnce(storage: Storage, openings: readonly Opening[]): Promise<void> {
  const events = (await storage.outbox.unsent(10_000))._unsafeUnwrap();
  expect(new Set(events.map(({ paymentId }) => paymentId))).toEqual(
    new Set(openings.map(({ payment }) => payment.id)),
  );
  expect(events).toHaveLength(openings.length);
  for (const { payment, claim } of openings) {
    expect((await storage.payments.find(payment.merchantId, payment.id))._unsafeUnwrap()).toEqual(payment);
    expect((await storage.claims.find(claim, claim.createdAt))._unsafeUnwrap()).toEqual(claim);
    const links = (await storage.auditTrail.ofPayment(payment.merchantId, payment.id))._unsafeUnwrap();
    expect(links).toHaveLength(1);
  }
}

describe('a commit on Postgres', () => {
  const TROUBLES: readonly Trouble[] = ['lost request', 'reset', 'cut', 'silence', 'late'];

  it.each(TROUBLES)(
    'that meets a wire with %s is made once, and its caller gets its result',
    async (trouble) => {
      const { wire, storage } = await proxied({ query_timeout: 1_000 });
      const opening = anOpening();
      wire.trouble('commit_changes', trouble);
      expect((await storage.commits.commit(opening.change)).isOk()).toBe(true);
      wire.trouble('commit_changes', trouble, trouble);
      const success = aSuccess(opening);
      expect((await storage.commits.commit(success)).isOk()).toBe(true);
      expect(wire.met()).toBe(trouble === 'late' ? 2 : 3);
      const events = (await storage.outbox.unsent(10))._unsafeUnwrap();
      expect(events.map(({ type }) => type)).toEqual(['payment.created', 'payment.succeeded']);
    },
  );

  it('among many gets its own result when the reply to all of them is lost', async () => {
    const { wire, storage } = await proxied();
    const taken = anOpening();
    (await storage.commits.commit(taken.change))._unsafeUnwrap();
    const fresh = Array.from({ length: 60 }, () => anOpening());
    const rivals = Array.from({ length: 20 }, () => anOpening({ idempotencyKey: taken.claim.key }));
    wire.trouble('commit_changes', 'reset', 'cut', 'reset');
    const outcomes = await Promise.all(
      [...fresh, ...rivals].map(({ change }) => storage.commits.commit(change)),
    );
    expect(wire.met()).toBe(3);
    expect(outcomes.slice(0, 60).filter((each) => each.isErr())).toEqual([]);
    for (const rival of outcomes.slice(60)) expect(rival._unsafeUnwrapErr()).toEqual({ kind: 'ClaimTaken' });
    await expectStoredOnce(storage, [taken, ...fresh]);
  });

  it('under load, with connections killed all the time, is made once or known not to be', async () => {
    const storage = storageOn();
    const admin = superuser(inject('postgresUrl'));
    const name = new URL(database.url()).pathname.slice(1);
    let killed = 0;
    let over = false;
    const killing = (async () => {
      while (!over) {
        const { rowCount } = await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'paywright'`,
          [name],
        );
        killed += rowCount ?? 0;
        await pause(60);
      }
    })();
    const openings = Array.from({ length: 600 }, () => anOpening());
    const failed: Opening[] = [];
    await Promise.all(
      openings.map(async (opening, n) => {
        await pause(n * 2);
        const outcome = await storage.commits.commit(opening.change);
        if (outcome.isOk()) return;
        expect(outcome.error.kind).toBe('StorageUnavailable');
        failed.push(opening);
      }),
    );
    over = true;
    await killing;
    expect(killed).toBeGreaterThan(5);
    for (const { change } of failed) (await storage.commits.commit(change))._unsafeUnwrap();
    await expectStoredOnce(storage, openings);
  });

  it.each(['25006', '40001', '40P01', '53100', '57P01', '08006'])(
    'is tried again after %s, and given up in bounded time when it stays',
    async (code) => {
      const pool = database.pool();
      const query = pool.query.bind(pool) as (...given: readonly unknown[]) => Promise<unknown>;
      let faults = 2;
      let calls = 0;
      const faulty = Object.assign(Object.create(pool) as pg.Pool, {
        query(...given: readonly unknown[]) {
          calls += 1;
          if (faults-- > 0) return Promise.reject(Object.assign(new Error('injected'), { code }));
          return query(...given);
        },
      });
      const storage = postgresStorage(faulty);
      const opening = anOpening();
      expect((await storage.commits.commit(opening.change)).isOk()).toBe(true);
      expect(calls).toBe(3);
      faults = Number.POSITIVE_INFINITY;
      const refused = (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrapErr();
      expect(refused).toMatchObject({ kind: 'StorageUnavailable', cause: { code } });
      expect(calls).toBeLessThan(20);
      faults = 0;
      await expectStoredOnce(storage, [opening]);
    },
  );

  it('for a key that is taken is refused without waiting for the holder', async () => {
    const storage = storageOn();
    const taken = anOpening();
    (await storage.commits.commit(taken.change))._unsafeUnwrap();
    const holder = await superuser().connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM claim WHERE key = $1 FOR UPDATE', [taken.claim.key]);
    const rival = anOpening({ idempotencyKey: taken.claim.key });
    const outcome = await Promise.race([storage.commits.commit(rival.change), pause(2_000)]);
    await holder.query('ROLLBACK');
    holder.release();
    expect(outcome).toMatchObject({ error: { kind: 'ClaimTaken' } });
  });

  it('survives a real deadlock with another transaction', async () => {
    const storage = storageOn();
    const [a, b] = [anOpening(), anOpening()];
    for (const { change } of [a, b]) (await storage.commits.commit(change))._unsafeUnwrap();
    const admin = superuser();
    for (let round = 0; round < 2; round += 1) {
      const other = await admin.connect();
      const [first, second] = [a, b].map(({ payment }) => payment.id.slice(4)).toSorted();
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM payment WHERE id = $1 FOR UPDATE', [second]);
      const both = [a, b].map((opening) => storage.commits.commit(aSuccess(opening)));
      await pause(100);
      // Whichever of the two the server ends, the commit comes through.
      await other.query('SELECT 1 FROM payment WHERE id = $1 FOR UPDATE', [first]).catch(() => {});
      await other.query('ROLLBACK');
      other.release();
      const outcomes = await Promise.all(both);
      expect(outcomes.map((each) => each.isOk())).toEqual(round === 0 ? [true, true] : [false, false]);
    }
  });

  it('waits for a pool that is used up, and goes on when a connection comes free', async () => {
    const pool = postgresPool({ connectionString: database.url(), max: 2, connectionTimeoutMillis: 100 });
    const storage = database.closing(postgresStorage(pool));
    const held = [await connected(pool), await connected(pool)];
    const opening = anOpening();
    const commit = storage.commits.commit(opening.change);
    await pause(500);
    for (const connection of held) connection.release();
    expect((await commit).isOk()).toBe(true);
    await expectStoredOnce(storage, [opening]);
  });

  it('is unavailable, in bounded time, while the pool stays used up', async () => {
    const pool = postgresPool({ connectionString: database.url(), max: 1, connectionTimeoutMillis: 50 });
    const storage = database.closing(postgresStorage(pool));
    const held = await connected(pool);
    const opening = anOpening();
    const refused = (await storage.commits.commit(opening.change))._unsafeUnwrapErr();
    expect(refused.kind).toBe('StorageUnavailable');
    held.release();
    expect((await storage.commits.commit(opening.change)).isOk()).toBe(true);
    await expectStoredOnce(storage, [opening]);
  });

  it.each(['nul \u0000 inside', 'half a pair \ud800'])(
    'that cannot be stored (%j) fails alone, and its neighbours are made',
    async (description) => {
      const storage = storageOn();
      const before = Array.from({ length: 30 }, () => anOpening());
      const spoiled = anOpening({ description });
      const after = Array.from({ length: 30 }, () => anOpening());
      const outcomes = await Promise.allSettled(
        [...before, spoiled, ...after].map(async ({ change }) => storage.commits.commit(change)),
      );
      const told = outcomes.map((each) => each.status === 'fulfilled' && each.value.isOk());
      expect(told).toEqual(outcomes.map((_, n) => n !== 30));
      expect(outcomes[30]?.status).toBe('rejected');
      await expectStoredOnce(storage, [...before, ...after]);
      const key = spoiled.claim;
      expect((await storage.claims.find(key, key.createdAt))._unsafeUnwrap()).toBeUndefined();
    },
  );
});
