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
import type { Storage } from '../../../src/ports/storage.ts';
import { SECRET } from '../../fixtures/changes.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { GETTER, TAKER } from './client-requests.ts';
import {
  askedAgain,
  auditBooks,
  countText,
  EVERYTHING,
  isDone,
  recovered,
  type Tokens,
  tokenOf,
} from './compared-books.ts';
import { parallelClients } from './parallel-clients.ts';
import { isSpent, replayFault } from './replays.ts';
import { aDyingFleet, endedOnce, startServer } from './server-processes.ts';
import { allDelivered, endpointsIn, receiveWebhooks } from './webhook-receiver.ts';

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
  const receiver = await receiveWebhooks([TAKER, GETTER], endpointsIn(storage, dataDir));
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
