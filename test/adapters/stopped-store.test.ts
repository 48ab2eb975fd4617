import { afterAll, describe, expect, inject, it } from 'vitest';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { isOverloaded } from '../../src/adapters/shared/overload.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { anOpening } from '../fixtures/changes.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { eventually } from '../support/eventually.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { tcpProxy } from './tcp-proxy.ts';

const [server, engine] = await Promise.all([postgresServer(inject('postgresUrl')), startDynamoDbEngine({})]);
afterAll(() => Promise.all([server.close(), engine.stop()]));

type Wired = Readonly<{ storage: Storage; wire: Awaited<ReturnType<typeof tcpProxy>> }>;

const wireTo = (url: URL) => tcpProxy({ host: url.hostname, port: Number(url.port) });

const STORES: Readonly<Record<string, () => Promise<Wired>>> = {
  Postgres: async () => {
    const url = new URL(await server.newDatabase());
    const wire = await wireTo(url);
    url.port = `${wire.port}`;
    // Short, so that what was sent before the store stopped does not take long to be given up.
    const pool = postgresPool({ connectionString: url.href, query_timeout: 2_000 });
    return { wire, storage: postgresStorage(pool) };
  },
  DynamoDB: async () => {
    const { client, table } = await freshTable(engine.url);
    client.destroy();
    const wire = await wireTo(new URL(engine.url));
    const wired = dynamodbClient({ region: 'local', endpoint: `http://127.0.0.1:${wire.port}` });
    return { wire, storage: dynamodbStorage({ client: wired, table }) };
  },
};

describe.each(Object.entries(STORES))('%s that is stopped under load', (_, open) => {
  it('refuses every call, most of them before they are sent, and serves again when it goes on', async () => {
    const { storage, wire } = await open();
    const { payment, change } = anOpening();
    (await storage.commits.commit(change))._unsafeUnwrap();
    wire.stop();
    const openings = Array.from({ length: 600 }, () => anOpening());
    const [commits, reads] = await Promise.all([
      Promise.all(openings.map((opening) => storage.commits.commit(opening.change))),
      Promise.all(
        openings.flatMap(() => [
          storage.payments.find(payment.merchantId, payment.id),
          storage.ledger.list(payment.merchantId, {}, { limit: 1 }),
        ]),
      ),
    ]);
    const failures = [...commits, ...reads].map((call) => call._unsafeUnwrapErr());
    expect(new Set(failures.map(({ kind }) => kind))).toEqual(new Set(['StorageUnavailable']));
    const unsent = commits
      .map((call) => call._unsafeUnwrapErr())
      .filter((each) => 'cause' in each && isOverloaded(each.cause));
    expect(unsent.length).toBeGreaterThan(0);
    const late = await storage.payments.find(payment.merchantId, payment.id);
    expect(late._unsafeUnwrapErr()).toMatchObject({
      cause: { message: expect.stringContaining('does not answer') },
    });
    wire.goOn();
    await eventually(async () =>
      (await storage.payments.find(payment.merchantId, payment.id))._unsafeUnwrap(),
    );
    for (const opening of openings) (await storage.commits.commit(opening.change))._unsafeUnwrap();
    expect((await storage.payments.find(payment.merchantId, payment.id)).isOk()).toBe(true);
    const listed = (await storage.payments.list(payment.merchantId, {}, { limit: 1_000 }))._unsafeUnwrap();
    expect(listed).toHaveLength(openings.length + 1);
    await storage.close();
    await wire.close();
  });
});

describe('Postgres whose connections are all in use', () => {
  it('is not taken for silent while it is long at what they ask', async () => {
    const pool = await server.newPool({ max: 2 });
    const long = Array.from({ length: 2 }, () => pool.query('SELECT pg_sleep(2.5)'));
    const behind = pool.query('SELECT 1 AS one');
    expect((await behind).rows).toEqual([{ one: 1 }]);
    await Promise.all(long);
    await pool.end();
  });

  it('refuses at once the call that finds too many others waiting for one', async () => {
    const pool = await server.newPool({ max: 1 });
    const held = await pool.connect();
    const waiting = Array.from({ length: 1 + 1_000 }, () => pool.query('SELECT 1'));
    await expect(pool.query('SELECT 1')).rejects.toSatisfy(isOverloaded);
    held.release();
    expect(await Promise.all(waiting)).toHaveLength(1 + 1_000);
    const other = await pool.connect();
    const connections = Array.from({ length: 1_000 }, () => pool.connect().then((each) => each.release()));
    await expect(pool.connect()).rejects.toSatisfy(isOverloaded);
    other.release();
    await Promise.all(connections);
    await pool.end();
  });
});
