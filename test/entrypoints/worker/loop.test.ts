import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { okAsync } from 'neverthrow';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { relayEvents } from '../../../src/application/outbox/relay-events.ts';
import { shardAssignment } from '../../../src/application/outbox/shard-assignment.ts';
import { startDeliveries } from '../../../src/entrypoints/worker/deliveries.ts';
import { startFlushing } from '../../../src/entrypoints/worker/flush.ts';
import type { RunningWorker, WorkerLog } from '../../../src/entrypoints/worker/loop.ts';
import { startRecovery } from '../../../src/entrypoints/worker/recovery.ts';
import { startRelay } from '../../../src/entrypoints/worker/relay.ts';
import { anApprovalsWorld } from '../../application/approvals/world.ts';
import { aWorld } from '../../application/world.ts';
import { aWebhookWorld } from '../../support/webhook-world.ts';

const ROUNDS = 100_000;
/** Less than one reference a round, and thrice what the collector was seen to leave. */
const MOST_GROWTH = 600_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const log: WorkerLog = { info: () => {}, warn: () => {}, error: () => {} };

afterEach(() => void vi.unstubAllGlobals());

/** What stays of the heap: what a task under way still holds is gone at the next collection, what leaks is not. */
async function heapInUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise(setImmediate);
    collect();
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}

/** Lets a worker run that many idle rounds, its pauses over at once; by how much the heap grew in the last three quarters. */
async function growthOver(start: (countRound: () => void) => RunningWorker): Promise<number> {
  vi.stubGlobal('setTimeout', (end: () => void) => setImmediate(end));
  vi.stubGlobal('clearTimeout', clearImmediate);
  let rounds = 0;
  let after = { rounds: ROUNDS / 4, reached: Promise.withResolvers<void>() };
  const worker = start(() => {
    rounds += 1;
    if (rounds === after.rounds) after.reached.resolve();
  });
  await after.reached.promise;
  const before = await heapInUse();
  after = { rounds: ROUNDS, reached: Promise.withResolvers() };
  await after.reached.promise;
  const growth = (await heapInUse()) - before;
  await worker.stop();
  return growth;
}

describe('A hundred thousand idle rounds keep no memory', () => {
  it('of payment recovery', async () => {
    const world = await aWorld();
    const growth = await growthOver((countRound) =>
      startRecovery({
        name: 'payment recovery',
        recover: (limit) => world.recover(limit).andTee(countRound),
        log,
      }),
    );
    world.close();
    expect(growth).toBeLessThan(MOST_GROWTH);
  });

  it('of payout recovery', async () => {
    const { recoverPayouts } = anApprovalsWorld();
    const growth = await growthOver((countRound) =>
      startRecovery({
        name: 'payout recovery',
        recover: (limit) => recoverPayouts(limit).andTee(countRound),
        log,
      }),
    );
    expect(growth).toBeLessThan(MOST_GROWTH);
  });

  it('of the relay', async () => {
    const { outbox, leases, wakeUps } = memoryStorage();
    const clock = { now: () => Date.now() };
    const relay = relayEvents({ outbox, sinks: [], clock });
    const growth = await growthOver((countRound) =>
      startRelay({
        relayEvents: (shards) => relay(shards).andTee(countRound),
        share: shardAssignment({ leases, clock }, { work: 'outbox', shards: 16, holder: 'one' }),
        subscribe: (wake) => wakeUps.subscribe('outbox', wake),
        log,
      }),
    );
    expect(growth).toBeLessThan(MOST_GROWTH);
  });

  it('of deliveries', async () => {
    const storage = memoryStorage();
    const { deliver } = aWebhookWorld(storage).worker();
    const clock = { now: () => Date.now() };
    const growth = await growthOver((countRound) =>
      startDeliveries({
        deliver: { ...deliver, round: (shards) => deliver.round(shards).andTee(countRound) },
        share: shardAssignment(
          { leases: storage.leases, clock },
          { work: 'webhooks', shards: 16, holder: 'one' },
        ),
        subscribe: (wake) => storage.wakeUps.subscribe('deliveries', wake),
        cutOff: () => {},
        log,
      }),
    );
    expect(growth).toBeLessThan(MOST_GROWTH);
  });

  it('of the flush of counts', async () => {
    const growth = await growthOver((countRound) =>
      startFlushing({ flush: () => okAsync<void, never>(undefined).andTee(countRound), log }),
    );
    expect(growth).toBeLessThan(MOST_GROWTH);
  });
});
