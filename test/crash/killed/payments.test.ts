import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { dynamodbClient } from '../../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { simulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import type { Claim, ClaimKey, Operation } from '../../../src/domain/kernel/claim.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import { signToken } from '../../../src/entrypoints/cli/tokens.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { SECRET } from '../../fixtures/changes.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { inLanes } from '../in-lanes.ts';
import { type MerchantBooks, readBooks } from '../payments/merchant-books.ts';
import { GETTER, send, TAKER } from './client-requests.ts';
import { type Acknowledged, type Clients, parallelClients } from './parallel-clients.ts';
import { isSpent, type Replay, replayFault } from './replays.ts';
import { aDyingFleet, endedOnce, pause, startServer } from './server-processes.ts';
import { allDelivered, receiveWebhooks, type WebhookReceiver } from './webhook-receiver.ts';

type Tokens = ReadonlyMap<MerchantId, string>;

const folder = mkdtempSync(join(tmpdir(), 'paywright-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npm run test:deep` kills more of them. */
const KILLS = process.env['PAYWRIGHT_DEEP_CRASHES'] === undefined ? 30 : 50;

describe('Killed servers', () => {
  it('lose, double and half-apply nothing on postgres', { timeout: 600_000 }, async () => {
    const server = await postgresServer(inject('postgresUrl'));
    const url = await server.newDatabase();
    const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString: url }));
    try {
      await killUnderLoad('postgres', { DATABASE_URL: url }, storage, KILLS);
    } finally {
      await storage.close();
      await server.close();
    }
  });

  it('lose, double and half-apply nothing on dynamodb', { timeout: 600_000 }, async () => {
    const engine = await startDynamoDbEngine({});
    const client = dynamodbClient({ region: 'us-east-1', endpoint: engine.url });
    (await migrateDynamoDb(client, 'paywright'))._unsafeUnwrap();
    const storage = dynamodbStorage({ client, table: 'paywright' });
    try {
      await killUnderLoad('dynamodb', { DYNAMODB_ENDPOINT: engine.url }, storage, 10);
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
  kills: number,
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
  };
  const tokens: Tokens = new Map(
    await Promise.all([TAKER, GETTER].map(async (each) => [each, await tokenOf(each)] as const)),
  );
  const receiver = await receiveWebhooks([TAKER, GETTER], storage, dataDir);
  await endedOnce(env);
  const fleet = aDyingFleet(env, {
    servers: 2,
    kills,
    done: () => clients.acknowledged.length,
    enough: () => clients.interrupted() > 0 && EVERYTHING.every((operation) => isDone(operation, clients)),
  });
  const urls = new Set<string>();
  const clients = parallelClients({
    clients: 12,
    tokens,
    urls: () => [...fleet.urls, ...urls],
    hurry: fleet.isDoomed,
  });
  const killed = await fleet.over;
  const survivor = await startServer(env);
  urls.add(survivor.url);
  try {
    await clients.finish();
    await recovered(storage);
    await allDelivered(storage);
    const { acknowledged, strange } = clients;
    expect(strange).toEqual([]);
    expect(clients.interrupted()).toBeGreaterThan(0);
    const replays = await askedAgain(survivor.url, tokens, acknowledged);
    expect(replays.flatMap((replay) => replayFault(replay) ?? [])).toEqual([]);
    expect(replays.some(({ first }) => first.status === 202)).toBe(true);
    await recovered(storage);
    await allDelivered(storage);
    const { faults, resumed } = await auditBooks(
      storage,
      join(dataDir, 'simulator.sqlite'),
      replays.filter(isSpent).map(({ request }) => request.key),
      receiver,
    );
    console.log(
      `${name}: ${killed} servers killed, ${clients.interrupted()} requests cut off; acknowledged ` +
        `${countText(acknowledged.map(({ request }) => request.key))}; received ${receiver.events().length} events in ` +
        `${receiver.deliveries()} deliveries; finished by another server ${countText(resumed)}`,
    );
    expect(faults).toEqual([]);
  } finally {
    await survivor.end('SIGTERM');
    await receiver.close();
  }
}

const EVERYTHING: readonly Operation[] = ['capture', 'process', 'refund', 'transfer', 'void'];

const isDone = (operation: Operation, { acknowledged }: Clients): boolean =>
  acknowledged.some(({ request, reply }) => request.key.operation === operation && reply.status === 201);

/** Resolves when no claim is open any more; the survivor's worker sees to it. */
async function recovered(storage: Storage): Promise<void> {
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; await pause(250)) {
    const open = (await storage.claims.due(Date.now() + 86_400_000, 1_000))._unsafeUnwrap();
    if (open.length === 0) return;
  }
  throw new Error('recovery leaves claims open');
}

const askedAgain = (
  url: string,
  tokens: Tokens,
  acknowledged: readonly Acknowledged[],
): Promise<readonly Replay[]> =>
  inLanes(acknowledged, async ({ request, reply: first }) => ({
    request,
    first,
    again: await send(url, tokens.get(request.key.merchantId) ?? '', request),
  }));

/**
 * What was acknowledged is what happened, no less and no more; `spent` are the keys that hold a response. `resumed` are the claims that another server finished
 * than the one which began them, where the processor was not silent.
 */
async function auditBooks(
  storage: Storage,
  ledgerFile: string,
  spent: readonly ClaimKey[],
  receiver: WebhookReceiver,
): Promise<Readonly<{ faults: readonly string[]; resumed: readonly Claim[] }>> {
  const ledger = simulatorLedger(ledgerFile);
  const now = Date.now();
  const found = await inLanes(spent, async (key) => (await storage.claims.find(key, now))._unsafeUnwrap());
  const claims = found.filter((claim) => claim !== undefined);
  const events = receiver.events().toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const witnesses = { storage, ledger, claims, events, recounts: true };
  const taker = await readBooks(witnesses, TAKER);
  const getter = await readBooks(witnesses, GETTER);
  const silent = new Set(
    taker.payments.filter((each) => each.paymentMethod.startsWith('test_timeout')).map(({ id }) => id),
  );
  const known = new Set<string>([...taker.payments, ...taker.transactions].map(({ id }) => id));
  const strangers = ledger.references().filter((reference) => !known.has(reference));
  ledger.close();
  return {
    resumed: claims.filter(
      ({ fence, paymentId }) => fence > STEPS_OF_ONE && paymentId !== undefined && !silent.has(paymentId),
    ),
    faults: [
      ...taker.faults,
      ...getter.faults,
      ...(claims.length === spent.length ? [] : ['a key that was spent has no claim']),
      ...strangers.map((reference) => `at the processor, and not ours: ${reference}`),
      ...events
        .filter(({ paymentId }) => paymentId !== undefined && !known.has(paymentId))
        .map(({ id }) => `an event of no payment: ${id}`),
      ...clearingFaults(taker, getter),
    ],
  };
}

/** A server that finishes what it began opens the claim and ends it; one more step is another's. */
const STEPS_OF_ONE = 2;

/** Every transfer is on both sides, makes no money, and a merchant without refunds never owes. */
function clearingFaults(taker: MerchantBooks, getter: MerchantBooks): readonly string[] {
  const [theirs, ours] = [getter, taker].map(({ transfers }) => transfers.map(({ id }) => id).join());
  const [taken, got] = [taker.balance, getter.balance];
  return [
    ...(ours === theirs ? [] : ['the merchants do not have the same transfers']),
    ...(got !== undefined && taken?.transfers === -got.transfers ? [] : ['transfers made or lost money']),
    ...(got !== undefined && got.available >= 0n ? [] : [`${GETTER} has ${got?.available}`]),
  ];
}

const tokenOf = (merchantId: MerchantId): Promise<string> =>
  signToken(
    { kind: 'hs256', secret: SECRET, issuer: 'paywright', audience: 'paywright' },
    {
      subject: 'clients',
      merchantId,
      permissions: ['payments', 'refunds', 'transfers'],
      lifetimeSeconds: 3_600,
    },
  );

const countText = (keys: readonly Readonly<{ operation: string }>[]): string =>
  [...Map.groupBy(keys, ({ operation }) => operation)]
    .map(([operation, each]) => `${operation} ${each.length}`)
    .join(', ') || 'none';
