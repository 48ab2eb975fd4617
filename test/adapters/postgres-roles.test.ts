import { afterAll, describe, expect, inject, it } from 'vitest';
import { givenRing } from '../../src/adapters/keys/given-ring.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { rotateCredentials } from '../../src/adapters/postgres/rotating-credentials.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { postgresStorageHealth } from '../../src/adapters/postgres/storage-health.ts';
import { enforceRetention } from '../../src/application/kernel/enforce-retention.ts';
import { type Config, readConfig } from '../../src/entrypoints/cli/config.ts';
import { openPlatform } from '../../src/entrypoints/cli/open-platform.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import { anOpening, NOON } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { customerDesk } from '../support/customer-desk.ts';
import { PATIENT, postgresServer } from '../support/postgres-database.ts';
import { asOwner, overTls, plainRole, serveTls } from '../support/postgres-roles.ts';

const server = await postgresServer(inject('postgresUrl'));
await serveTls(inject('postgresUrl'));
afterAll(() => server.close());

/** Production on this database, past what only a whole environment can be refused for. */
function productionOn(url: string): Config {
  const config = readConfig({ STORAGE: 'memory' }, () => 's'.repeat(32))._unsafeUnwrap();
  return {
    ...config,
    stage: 'production',
    platform: { ...config.platform, storage: { kind: 'postgres', at: { kind: 'url', url } } },
  };
}

describe('roles', () => {
  it('keeps production from serving as a superuser, and lets the role of docs/production.md serve', async () => {
    const url = await server.newDatabase();
    expect(await openPlatform(productionOn(overTls(url)))).toMatchObject({
      kind: 'NotReady',
      configuration: true,
      says: expect.stringContaining('may do anything, as paywright'),
    });
    const role = await plainRole(url);
    const opened = await openPlatform(productionOn(overTls(role.url)));
    if (!('platform' in opened)) throw new Error(opened.says);
    await opened.close();
  });

  it('relays events, lets its leases go and deletes what was kept for its time, as a plain role', async () => {
    const { url } = await plainRole(await server.newDatabase());
    const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString: url }));
    for (const opening of [anOpening(), anOpening()]) await storage.commits.commit(opening.change);
    const shards = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);
    const [sent, parked] = (await storage.outbox.next(shards, NOON, 10))._unsafeUnwrap();
    if (sent === undefined || parked === undefined) throw new Error('no events');
    (await storage.outbox.sent([sent]))._unsafeUnwrap();
    (await storage.outbox.failed(parked, 'poison', 'parked'))._unsafeUnwrap();
    expect((await storage.outbox.unpark(parked.id))._unsafeUnwrap()).toBe(true);
    expect((await storage.leases.hold(['shard-1'], 'me', NOON, NOON + 10_000))._unsafeUnwrap()).toEqual([
      'shard-1',
    ]);
    (await storage.leases.release(['shard-1'], 'me'))._unsafeUnwrap();
    const enforce = enforceRetention({ ...storage, clock: { now: () => NOON + 10 * 365 * 86_400_000 } });
    expect((await enforce(10))._unsafeUnwrap().kinds).toHaveLength(8);
    await storage.close();
  });

  it('can neither change nor take away what was audited or posted', async () => {
    const { url } = await plainRole(await server.newDatabase());
    const pool = postgresPool({ ...PATIENT, connectionString: url });
    for (const table of ['audit_entry', 'ledger_entry'])
      for (const statement of [`DELETE FROM ${table}`, `UPDATE ${table} SET merchant_id = 'x'`])
        await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    await pool.end();
  });

  it('erases a customer as a plain role, which takes letting unique keys go', async () => {
    const { url } = await plainRole(await server.newDatabase());
    const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString: url }));
    await addMerchants(storage, [aMerchant()]);
    const desk = customerDesk(
      storage,
      givenRing([{ id: 'one', secret: Buffer.alloc(32, 1).toString('base64url') }]),
    );
    const { id } = (await desk.create('ada@example.com'))._unsafeUnwrap().customer;
    expect((await desk.erase(id)).isOk()).toBe(true);
    expect((await desk.create('ada@example.com')).isOk()).toBe(true);
    await storage.close();
  });

  it('keeps production from serving on an old schema, and leaves the schema alone', async () => {
    const url = await server.newDatabase();
    const role = await plainRole(url);
    await asOwner(url, `DELETE FROM kysely_migration`);
    expect(await openPlatform(productionOn(overTls(role.url)))).toMatchObject({
      kind: 'NotReady',
      configuration: false,
      says: expect.stringContaining('paywright migrate'),
    });
  });

  it('says that the database does not answer', async () => {
    expect(await openPlatform(productionOn('postgres://x@127.0.0.1:1/x'))).toMatchObject({
      kind: 'NotReady',
      says: 'postgres does not answer',
    });
  });
});

describe('rotating credentials', () => {
  /** A pool that logs in from a list of passwords, one further at each refresh. */
  async function rotating(...passwords: readonly string[]) {
    const url = await server.newDatabase();
    const { user, url: as } = await plainRole(url);
    const { hostname: host, port, pathname } = new URL(as);
    let refreshes = 0;
    const login = () =>
      Promise.resolve({ user, password: passwords[Math.min(refreshes, passwords.length - 1)] as string });
    const settings = { host, port: Number(port), database: pathname.slice(1), password: '' };
    const pool = rotateCredentials(postgresPool({ ...PATIENT, ...settings }), {
      current: login,
      refresh: () => {
        refreshes += 1;
        return login();
      },
    });
    return { url, user, pool, refreshes: () => refreshes };
  }

  it('logs in with what is current', async () => {
    const { pool, refreshes } = await rotating('first');
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    const client = await pool.connect();
    client.release();
    expect(refreshes()).toBe(0);
    await pool.end();
  });

  it('refetches once when the server refuses, and the call succeeds', async () => {
    const { pool, refreshes } = await rotating('stale', 'first');
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(refreshes()).toBe(1);
    await pool.end();
  });

  it('survives a rotation under load', async () => {
    const { url, user, pool } = await rotating('first', 'second');
    const load = Array.from({ length: 200 }, async (_, index) => {
      if (index === 100) {
        await asOwner(
          url,
          `ALTER ROLE ${user} PASSWORD 'second'`,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}' AND state = 'idle'`,
        );
      }
      const client = await pool.connect();
      client.release(true);
    });
    expect((await Promise.allSettled(load)).filter(({ status }) => status === 'rejected')).toEqual([]);
    await pool.end();
  });

  it('counts as an unavailable store when no credentials help', async () => {
    const { pool, refreshes } = await rotating('stale', 'staler');
    const client = pool.connect();
    await expect(client).rejects.toMatchObject({ code: '08001' });
    expect(refreshes()).toBe(1);
    await pool.end();
  });

  it('counts as an unavailable store when none can be had', async () => {
    const none = () => Promise.reject(new Error('no secret'));
    const pool = rotateCredentials(postgresPool({ host: '127.0.0.1', port: 1 }), {
      current: none,
      refresh: none,
    });
    const health = await postgresStorageHealth(pool).check();
    expect(health._unsafeUnwrapErr()).toMatchObject({ kind: 'StorageUnavailable' });
    await pool.end();
  });
});
