import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Meter, metered } from '../../../bench/files/metered.ts';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../../src/composition/tokens.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { addDemoMerchants } from '../../../src/entrypoints/cli/demo-merchants.ts';
import { type OpenSystem, openSystem } from '../../../src/entrypoints/cli/open-system.ts';
import { startEventStreams } from '../../../src/entrypoints/cli/start-event-streams.ts';
import { startWorkers } from '../../../src/entrypoints/cli/start-workers.ts';
import { platformMetrics } from '../../../src/entrypoints/http/server/metrics.ts';
import type { RunningWorker } from '../../../src/entrypoints/worker/loop.ts';
import { anOpening } from '../../fixtures/changes.ts';
import { configOf } from '../../support/configuration.ts';
import { playedTime } from '../../support/played-time.ts';

const engine = await startDynamoDbEngine({});
afterAll(() => engine.stop());

const MINUTE_MS = 60_000;
/** Until loops that found nothing sleep. */
const LULL_MS = 2 * MINUTE_MS;
/** Longer than a process takes to hear the bell, and far less than sleeping loops take to look by themselves. */
const HEARD_MS = 5_000;
/** For so long one that is woken leaves the shards of others that rest to them. */
const LEASE_MS = 10_000;
/** How far apart rounds are where something is awaited, and a little. */
const ROUNDS_MS = 8_000;
const PAYMENTS = 16;
const log = { info: () => {}, warn: () => {}, error: () => {} };
const merchantId = 'merchant-123' as MerchantId;

/** A server or a worker, each behind a meter of its own. */
type Process = Readonly<{ system: OpenSystem; meter: Meter; start(): void; stop(): Promise<void> }>;

let tables = 0;

describe('A server and a worker over one table of DynamoDB', () => {
  let folder: string;
  let processes: readonly [Process, Process];
  let time: ReturnType<typeof playedTime>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'paywright-idle-'));
    tables += 1;
    const opened = [await aProcess('server'), await aProcess('worker')] as const;
    processes = opened;
    (await addDemoMerchants(opened[0].system.platform.get(TOKENS.ports)))._unsafeUnwrap();
    time = playedTime(() => opened.some(({ meter }) => meter.underWay() > 0));
    for (const each of opened) each.start();
    await time.pass(LULL_MS);
  });
  afterEach(async () => {
    // What waits for a time to pass, as a try of a store that died does, would wait for good in real time.
    for (const each of processes) await time.settled(each.stop());
    vi.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });

  async function aProcess(kind: 'server' | 'worker'): Promise<Process> {
    const meter = await metered(engine.url);
    const system = await openSystem(
      configOf({
        STORAGE: 'dynamodb',
        DYNAMODB_ENDPOINT: meter.url,
        DYNAMODB_TABLE: `idle-${tables}`,
        PAYWRIGHT_DATA_DIR: folder,
      }),
    );
    if ('says' in system) throw new Error('the table does not answer');
    const { platform, approvals, close } = system;
    const worked = {
      platform: platform.get(TOKENS.useCases),
      approvals: approvals.get(APPROVALS_TOKENS.useCases),
    };
    const running: RunningWorker[] = [];
    return {
      system,
      meter,
      start() {
        running.push(...startWorkers(system, worked, log));
        if (kind === 'server') running.push(startEventStreams(platform, log, platformMetrics()).worker);
      },
      async stop() {
        // One that is dead gives nothing back.
        if (meter.isOver()) void running.map((each) => each.stop());
        else await Promise.all(running.map((each) => each.stop()));
        await close();
        if (!meter.isOver()) await meter.stop();
      },
    };
  }

  const paid = async ({ system }: Process): Promise<void> => {
    const { processPayment } = system.platform.get(TOKENS.useCases);
    for (let n = 0; n < PAYMENTS; n += 1)
      (
        await time.settled(
          processPayment({
            merchantId,
            idempotencyKey: `order-${n}`,
            amount: money(1_999n, 'USD'),
            paymentMethod: 'card',
            captureMethod: 'automatic',
            metadata: {},
            origin: { actor: { id: 'test', type: 'user' }, requestId: 'test', ipAddress: '127.0.0.1' },
          }),
        )
      )._unsafeUnwrap();
  };
  const unsent = async ({ system }: Process): Promise<number> =>
    (await time.settled(system.platform.get(TOKENS.ports).outbox.unsent(100)))._unsafeUnwrap().length;

  const units = () => {
    const [server, worker] = processes.map(({ meter }) => ({ ...meter.units }));
    return {
      read: (server?.read ?? 0) + (worker?.read ?? 0),
      write: (server?.write ?? 0) + (worker?.write ?? 0),
    };
  };

  it('that nothing is asked of read at most one unit a second together, and write at most a tenth', async () => {
    const before = units();
    const minutes = 10;
    await time.pass(minutes * MINUTE_MS);
    const after = units();
    const seconds = minutes * 60;
    const taken = {
      read: (after.read - before.read) / seconds,
      write: (after.write - before.write) / seconds,
    };
    expect(taken.read).toBeLessThanOrEqual(1);
    expect(taken.write).toBeLessThanOrEqual(0.1);
    // They look, and do not only sleep.
    expect(taken.read).toBeGreaterThan(0.5);
  });

  it('relay what either commits after a long lull, the shards of the other included, once that has heard the bell', async () => {
    const [server] = processes;
    await time.pass(20 * MINUTE_MS);
    await paid(server);
    expect(await unsent(server)).toBeGreaterThan(0);
    await time.pass(HEARD_MS);
    expect(await unsent(server)).toBe(0);
  });

  it('relay alone what either commits where the other died while it rested', async () => {
    const [server, worker] = processes;
    await worker.meter.stop();
    await time.pass(20 * MINUTE_MS);
    await paid(server);
    await time.pass(HEARD_MS);
    expect(await unsent(server)).toBeGreaterThan(0);
    await time.pass(LEASE_MS);
    expect(await unsent(server)).toBe(0);
  });

  it('finish alone what the other left open when it died, as soon after its lease as a worker that makes rounds', async () => {
    const [server, worker] = processes;
    await time.pass(20 * MINUTE_MS);
    const { change, payment, claim } = anOpening({ merchantId, createdAt: Date.now() });
    (await time.settled(server.system.platform.get(TOKENS.ports).commits.commit(change)))._unsafeUnwrap();
    await server.meter.stop();
    const { payments } = worker.system.platform.get(TOKENS.ports);
    const status = async () =>
      (await time.settled(payments.find(merchantId, payment.id)))._unsafeUnwrap().status;
    await time.pass(claim.dueAt - Date.now());
    expect(await status()).toBe('processing');
    await time.pass(ROUNDS_MS);
    expect(await status()).toBe('succeeded');
  });
});
