import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { dynamodbLocal, findDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engines.ts';
import { endProcess, isAlive, readServerState } from '../../src/adapters/embedded/owner.ts';
import { anOpening, type Opening } from '../fixtures/changes.ts';
import { hasJava } from '../support/dynamodb-local.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'paywright-engine-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const enginePid = (): number => readServerState(join(dataDir, 'dynamodb.json'))?.serverPid ?? -1;

async function storageAt(url: string) {
  const client = dynamodbClient({ region: 'local', endpoint: url });
  (await migrateDynamoDb(client, 'paywright'))._unsafeUnwrap();
  return dynamodbStorage({ client, table: 'paywright' });
}

const responses = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

it('keeps every acknowledged commit when the engine is killed under load', async () => {
  const first = await startDynamoDbEngine({ dataDir });
  const storage = await storageAt(first.url);
  const acknowledged: Opening[] = [];
  const killAt = setTimeout(() => process.kill(enginePid(), 'SIGKILL'), 700);
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let alive = true; alive; ) {
        const opening = anOpening();
        alive = (await storage.commits.commit(opening.change)).isOk();
        if (alive) acknowledged.push(opening);
      }
    }),
  );
  clearTimeout(killAt);
  await storage.close();
  expect(acknowledged.length).toBeGreaterThan(20);

  const second = await startDynamoDbEngine({ dataDir });
  const again = await storageAt(second.url);
  for (const { payment } of acknowledged)
    expect((await again.payments.find(payment.merchantId, payment.id))._unsafeUnwrap()).toEqual(payment);
  await again.close();
  await second.stop();
});

it('is shared by all who start it on one directory, at once or later, and ended by its owner alone', async () => {
  const servers = await Promise.all(Array.from({ length: 4 }, () => startDynamoDbEngine({ dataDir })));
  expect(new Set(servers.map(({ url }) => url)).size).toBe(1);
  const pid = enginePid();
  const [owner, ...sharers] = servers;
  const late = await startDynamoDbEngine({ dataDir });
  expect(late.url).toBe(owner?.url);
  await late.stop();
  expect(isAlive(pid)).toBe(true);
  for (const each of sharers.concat(owner ?? [])) await each.stop();
  expect(isAlive(pid)).toBe(false);
});

it('is taken over, as it runs, from an owner that was killed', async () => {
  const script = `
    import { startDynamoDbEngine } from '${new URL('../../src/adapters/embedded/dynamodb-engine.ts', import.meta.url).href}';
    console.log((await startDynamoDbEngine({ dataDir: process.argv[1] })).url);
    setInterval(() => {}, 1_000);
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir]);
  const url = await new Promise<string>((resolve) =>
    owner.stdout.once('data', (said: Buffer) => resolve(said.toString().trim())),
  );
  const pid = enginePid();
  await endProcess(owner.pid ?? -1, 'SIGKILL');
  expect(await responses(url)).toBe(true);

  const heir = await startDynamoDbEngine({ dataDir });
  expect(heir.url).toBe(url);
  expect(enginePid()).toBe(pid);
  await heir.stop();
  expect(isAlive(pid)).toBe(false);
});

it('keeps nothing without a directory', async () => {
  const [a, b] = await Promise.all([startDynamoDbEngine({}), startDynamoDbEngine({})]);
  expect(a.url).not.toBe(b.url);
  await Promise.all([a.stop(), b.stop()]);
  expect(await responses(a.url)).toBe(false);
});

if (!hasJava())
  process.stdout.write('The choice of DynamoDB Local was not tried: there is no `java` on the PATH.\n');
it.runIf(hasJava())(
  'is Amazon’s own DynamoDB Local where there is Java alone, and is found again after an orderly end',
  async () => {
    const engine = dynamodbLocal();
    if (engine === undefined) throw new Error('Java went away');
    const first = await startDynamoDbEngine({ dataDir, engine });
    const opening = anOpening();
    const storage = await storageAt(first.url);
    (await storage.commits.commit(opening.change))._unsafeUnwrap();
    await storage.close();
    await first.stop();

    const second = await startDynamoDbEngine({ dataDir, engine });
    const again = await storageAt(second.url);
    const { payment } = opening;
    expect((await again.payments.find(payment.merchantId, payment.id))._unsafeUnwrap()).toEqual(payment);
    await again.close();
    await second.stop();
  },
);

it('refuses a directory that another engine wrote, instead of showing an empty table', async () => {
  await (await startDynamoDbEngine({ dataDir })).stop();
  const other = { ...findDynamoDbEngine(), name: 'another engine', keeps: 'another.db' };
  await expect(startDynamoDbEngine({ dataDir, engine: other })).rejects.toThrow(
    'written by another DynamoDB engine',
  );
});
