import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { type AdmitPayment, blockOf, rateLimit } from '../../src/application/payments/rate-limit.ts';
import { QUOTA_WINDOW_MS, QUOTA_WINDOWS_KEPT } from '../../src/ports/quotas.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { aMerchant } from '../fixtures/merchants.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';

const postgres = await postgresServer(inject('postgresUrl'));
let dynamodb: EmbeddedServer;
beforeAll(async () => {
  dynamodb = await startDynamoDbEngine({});
});
afterAll(async () => {
  await dynamodb.stop();
  await postgres.close();
});

const PROCESSES = 4;

/** What each of several processes on one store would have: its own connections. */
const STORES: Readonly<Record<string, () => Promise<readonly Storage[]>>> = {
  async memory() {
    const storage = memoryStorage();
    return Array.from({ length: PROCESSES }, () => storage);
  },
  async postgres() {
    const connectionString = await postgres.newDatabase();
    return Array.from({ length: PROCESSES }, () =>
      postgresStorage(postgresPool({ connectionString, max: 4 })),
    );
  },
  async dynamodb() {
    const { table } = await freshTable(dynamodb.url);
    return Array.from({ length: PROCESSES }, () =>
      dynamodbStorage({ client: dynamodbClient({ region: 'local', endpoint: dynamodb.url }), table }),
    );
  },
};

describe.each(Object.entries(STORES))('rate limits of several processes: %s', (_name, open) => {
  /** Requests from all sides at once, in waves, each process but the first killed and started anew on the way. */
  async function storm(limits: Readonly<{ paymentsPerMinute: number; paymentsPerDay: number }>) {
    const stores = await open();
    const merchant = aMerchant('merchant-a', { rateLimits: limits });
    const aProcess = (n: number): AdmitPayment => {
      const { quotas } = stores[n] as Storage;
      return rateLimit({ quotas, clock: { now: () => NOON } });
    };
    const processes = stores.map((_, n) => aProcess(n));
    let started = processes.length;
    let admitted = 0;
    for (let wave = 0; wave < 8; wave += 1) {
      const requests = processes.flatMap((admit) => Array.from({ length: 40 }, () => admit(merchant)));
      for (const each of await Promise.all(requests)) if (each.isOk()) admitted += 1;
      const dying = 1 + (wave % (PROCESSES - 1));
      processes[dying] = aProcess(dying);
      started += 1;
    }
    await Promise.all(stores.map((storage) => storage.close()));
    return { admitted, started };
  }

  it('admit exactly a small limit of a minute', async () => {
    expect((await storm({ paymentsPerMinute: 150, paymentsPerDay: 0 })).admitted).toBe(150);
  });

  it('admit exactly a small limit of a day', async () => {
    expect((await storm({ paymentsPerMinute: 100_000, paymentsPerDay: 333 })).admitted).toBe(333);
  });

  it('admit no more than a large limit, and fewer by no more than a block for each process', async () => {
    const limit = 1_000;
    const { admitted, started } = await storm({ paymentsPerMinute: limit, paymentsPerDay: 0 });
    expect(admitted).toBeLessThanOrEqual(limit);
    expect(admitted).toBeGreaterThanOrEqual(limit - started * blockOf('minute', limit));
  });
});

describe('quota rows on Postgres', () => {
  const takeInTurn = async ({ quotas }: Storage, windows: number) => {
    for (let n = 0; n < windows; n += 1) {
      const window = { kind: 'minute', start: NOON + n * QUOTA_WINDOW_MS.minute } as const;
      expect((await quotas.take(aMerchantId(), window, 1, 10))._unsafeUnwrap()).toBe(1);
    }
  };

  it('are as many as windows are kept, however many there were', async () => {
    const pool = await postgres.newPool();
    const storage = postgresStorage(pool);
    await takeInTurn(storage, QUOTA_WINDOWS_KEPT + 20);
    const { rows } = await pool.query<{ count: bigint }>('SELECT count(*) FROM quota');
    expect(Number(rows[0]?.count)).toBe(QUOTA_WINDOWS_KEPT);
    const lagging = { kind: 'minute', start: NOON } as const;
    expect((await storage.quotas.take(aMerchantId(), lagging, 1, 10))._unsafeUnwrap()).toBe(0);
    await storage.close();
  });

  it('need no right to delete', async () => {
    const url = new URL(await postgres.newDatabase());
    const owner = postgresPool({ connectionString: url.href });
    const user = `counter_${randomBytes(6).toString('hex')}`;
    await owner.query(`CREATE ROLE ${user} LOGIN PASSWORD 'secret'`);
    await owner.query(`GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ${user}`);
    await owner.end();
    url.username = user;
    url.password = 'secret';
    const storage = postgresStorage(postgresPool({ connectionString: url.href }));
    await takeInTurn(storage, QUOTA_WINDOWS_KEPT + 2);
    (await storage.failedAuthentications.add(undefined, NOON, 1))._unsafeUnwrap();
    await storage.close();
  });
});
