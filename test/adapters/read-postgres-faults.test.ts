import { describe, expect, it, vi } from 'vitest';
import { isTransient, retried } from '../../src/adapters/postgres/faults.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { aKey, anOpening } from '../fixtures/changes.ts';
import { databaseForEachTest } from '../support/database-for-each-test.ts';
import { tcpProxy } from './tcp-proxy.ts';

const database = await databaseForEachTest(postgresStorage);
const { storageOn, superuser, proxied } = database;

describe('a read on Postgres', () => {
  it.each(['lost request', 'reset', 'cut', 'silence'] as const)(
    'that meets a wire with %s is asked again',
    async (trouble) => {
      const { wire, storage } = await proxied({ query_timeout: 1_000 });
      const opening = anOpening();
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      wire.trouble('find_payments', trouble);
      wire.trouble('find_claims', trouble);
      const { merchantId, id } = opening.payment;
      expect((await storage.payments.find(merchantId, id))._unsafeUnwrap()).toEqual(opening.payment);
      expect((await storage.claims.find(opening.claim, opening.claim.createdAt))._unsafeUnwrap()).toEqual(
        opening.claim,
      );
      expect(wire.met()).toBe(2);
    },
  );

  it('prepared before a migration changed its table is prepared anew', async () => {
    const storage = storageOn();
    const opening = anOpening();
    (await storage.commits.commit(opening.change))._unsafeUnwrap();
    const { claim } = opening;
    expect((await storage.claims.find(claim, claim.createdAt))._unsafeUnwrap()).toEqual(claim);
    await superuser().query('ALTER TABLE claim ADD COLUMN later text');
    expect((await storage.claims.find(claim, claim.createdAt))._unsafeUnwrap()).toEqual(claim);
  });

  it('of a server that is silent for as long as a query may take is asked once, so that its client waits for one time-out', async () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    let calls = 0;
    const silent = retried(() => {
      calls += 1;
      now += 10_000;
      return Promise.reject(new Error('Query read timeout'));
    });
    await expect(silent).rejects.toThrow('Query read timeout');
    clock.mockRestore();
    expect(calls).toBe(1);
  });

  it('on a connection that was ended while it was lent fails alone', async () => {
    const pool = database.pool();
    const lent = await pool.connect();
    const ended = new Promise((over) => lent.once('end', over));
    await superuser().query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'paywright' AND datname = current_database()`,
    );
    await ended;
    await expect(lent.query('SELECT 1')).rejects.toSatisfy(isTransient);
    lent.release(true);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('of a server that is gone is unavailable', async () => {
    const direct = new URL(database.url());
    const wire = await tcpProxy({ host: direct.hostname, port: Number(direct.port) });
    await wire.close();
    direct.port = `${wire.port}`;
    const storage = storageOn({ connectionString: direct.href });
    const { payment } = anOpening({ idempotencyKey: aKey() });
    const found = await storage.payments.find(payment.merchantId, payment.id);
    expect(found._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    expect((await storage.health.check())._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
  });
});
