import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import type { PaymentId } from '../../src/domain/ids.ts';
import type { Payment } from '../../src/domain/payment.ts';
import { signToken } from '../../src/entrypoints/cli/tokens.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, SECRET } from '../fixtures/changes.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { disagreements } from './agreement.ts';
import { type Acknowledged, parallelClients, postPayment } from './clients.ts';
import { aDyingFleet, type FleetTerms, pause, startServer } from './server-process.ts';

const MERCHANT = aMerchantId('merchant-123');
const LANES = 16;

const folder = mkdtempSync(join(tmpdir(), 'paywright-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('Killed servers', () => {
  it('lose, double and half-apply nothing on postgres', { timeout: 300_000 }, async () => {
    const server = await postgresServer(inject('postgresUrl'));
    const url = await server.newDatabase();
    const storage = postgresStorage(postgresPool({ connectionString: url }));
    try {
      await killUnderLoad('postgres', { DATABASE_URL: url }, storage, { servers: 2, kills: 60 });
    } finally {
      await storage.close();
      await server.close();
    }
  });

  it('lose, double and half-apply nothing on dynamodb', { timeout: 300_000 }, async () => {
    const engine = await startDynamoDbEngine({});
    const client = dynamodbClient({ region: 'us-east-1', endpoint: engine.url });
    const storage = dynamodbStorage({ client, table: 'paywright' });
    try {
      await killUnderLoad('dynamodb', { DYNAMODB_ENDPOINT: engine.url }, storage, { servers: 2, kills: 15 });
    } finally {
      await storage.close();
      await engine.stop();
    }
  });
});

/** Load from many clients, servers that die under it, one that stays in the end; then every book is compared. */
async function killUnderLoad(
  name: 'postgres' | 'dynamodb',
  place: Readonly<Record<string, string>>,
  storage: Storage,
  terms: FleetTerms,
): Promise<void> {
  const dataDir = join(folder, name);
  const env = {
    ...place,
    STORAGE: name,
    PAYWRIGHT_DATA_DIR: dataDir,
    PAYWRIGHT_LEASE_MS: '1500',
    PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '500',
    JWT_SECRET: SECRET,
    LOG_LEVEL: 'error',
    PORT: '0',
    // A server that has less to compile is ready sooner, and more of the test is load.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  const token = await signToken(
    { kind: 'hs256', secret: SECRET, issuer: 'paywright', audience: 'paywright' },
    { subject: 'clients', merchantId: MERCHANT, permissions: ['payments'], lifetimeSeconds: 3_600 },
  );
  const fleet = aDyingFleet(env, terms);
  const urls = new Set<string>();
  const clients = parallelClients({
    clients: 12,
    token,
    urls: () => [...fleet.urls, ...urls],
    hurry: fleet.isDoomed,
  });
  const kills = await fleet.over;
  const survivor = await startServer(env);
  urls.add(survivor.url);
  try {
    await clients.finish();
    await recovered(storage);
    const { acknowledged, strange } = clients;
    expect(strange).toEqual([]);
    expect(clients.interrupted()).toBeGreaterThan(0);
    expect(await changedOnReplay(survivor.url, token, [...acknowledged.values()])).toEqual([]);
    const { faults, resumed } = await auditBooks(storage, join(dataDir, 'simulator.sqlite'), acknowledged);
    console.log(
      `${name}: ${kills} servers killed, ${clients.interrupted()} requests cut off, ` +
        `${acknowledged.size} payments acknowledged, ${resumed} of them finished by somebody else`,
    );
    expect(faults).toEqual([]);
  } finally {
    await survivor.end('SIGTERM');
  }
}

/** Resolves when no claim is open any more; the survivor's worker sees to it. */
async function recovered(storage: Storage): Promise<void> {
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; await pause(250)) {
    const open = (await storage.claims.due(Date.now() + 86_400_000, 1_000))._unsafeUnwrap();
    if (open.length === 0) return;
  }
  throw new Error('recovery leaves claims open');
}

async function changedOnReplay(
  url: string,
  token: string,
  acknowledged: readonly Acknowledged[],
): Promise<readonly string[]> {
  const changed = await inLanes(acknowledged, async ({ ask, status, body }) => {
    const again = await postPayment(url, token, ask);
    return again.status === status && again.body === body && again.replayed
      ? []
      : [`${ask.key}: ${status} ${body} became ${again.status} ${again.body}`];
  });
  return changed.flat();
}

/** `resumed` counts payments with a talkative processor that whoever began them did not finish. */
async function auditBooks(
  storage: Storage,
  ledgerFile: string,
  acknowledged: ReadonlyMap<string, Acknowledged>,
): Promise<Readonly<{ faults: readonly string[]; resumed: number }>> {
  const ledger = simulatorLedger(ledgerFile);
  const payments = await everyPayment(storage);
  const events = Map.groupBy(
    (await storage.outbox.unsent(1_000_000))._unsafeUnwrap(),
    ({ paymentId }) => paymentId,
  );
  const now = Date.now();
  const faults = await inLanes(payments, async (payment) => {
    const books = { storage, ledger, now, events: events.get(payment.id) ?? [] };
    return (await disagreements(books, payment)).map((fault) => `${payment.id}: ${fault}`);
  });
  const resumed = await inLanes(payments, async ({ idempotencyKey, paymentMethod }) => {
    const key = { merchantId: MERCHANT, operation: 'process', key: idempotencyKey } as const;
    const claim = (await storage.claims.find(key, now))._unsafeUnwrap();
    return claim !== undefined && claim.fence > 1 && !paymentMethod.startsWith('test_timeout');
  });
  const keys = new Set(payments.map(({ idempotencyKey }) => idempotencyKey));
  const ids = new Set<PaymentId>(payments.map(({ id }) => id));
  const charges = [...ledger.charges().keys()];
  ledger.close();
  return {
    resumed: resumed.filter(Boolean).length,
    faults: [
      ...faults.flat(),
      ...(keys.size === payments.length ? [] : ['one key has several payments']),
      ...[...acknowledged.keys()].filter((key) => !keys.has(key)).map((key) => `${key} is lost`),
      ...[...keys].filter((key) => !acknowledged.has(key)).map((key) => `${key} was never answered`),
      ...charges.filter((id) => !ids.has(id as PaymentId)).map((id) => `charged, and not ours: ${id}`),
      ...[...events.keys()].filter((id) => !ids.has(id)).map((id) => `events of no payment: ${id}`),
    ],
  };
}

async function everyPayment(storage: Storage): Promise<readonly Payment[]> {
  const all: Payment[] = [];
  for (let before: PaymentId | undefined; ; before = all.at(-1)?.id) {
    const page = { limit: 100, ...(before === undefined ? {} : { before }) };
    const found = (await storage.payments.list(MERCHANT, {}, page))._unsafeUnwrap();
    all.push(...found);
    if (found.length < page.limit) return all;
  }
}

async function inLanes<Item, Done>(
  items: readonly Item[],
  task: (item: Item) => Promise<Done>,
): Promise<readonly Done[]> {
  const left = [...items];
  const done: Done[] = [];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) done.push(await task(item));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return done;
}
