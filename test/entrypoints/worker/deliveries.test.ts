import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { shardAssignment } from '../../../src/application/outbox/shard-assignment.ts';
import type { DeliverWebhooks } from '../../../src/application/webhooks/deliver-webhooks.ts';
import { jsonLogger } from '../../../src/entrypoints/http/server/logger.ts';
import { startDeliveries, tellingFaults } from '../../../src/entrypoints/worker/deliveries.ts';
import { DELIVERY_SHARDS } from '../../../src/ports/deliveries.ts';
import { eventually } from '../../support/eventually.ts';
import { handClock } from '../../support/relay-workers.ts';
import { addShops, eventsFor, gotBy, urlOf } from '../../support/webhook-proof.ts';
import { aWebhookWorld, DISABLE_AFTER_MS, EVERY_SHARD } from '../../support/webhook-world.ts';

afterEach(() => void vi.useRealTimers());

const storage = memoryStorage();
const aShare = (clock = handClock()) =>
  shardAssignment(
    { leases: storage.leases, clock },
    { work: 'webhooks', shards: DELIVERY_SHARDS, holder: 'test' },
  );

const aLog = () => {
  const lines: string[] = [];
  const line = (_facts: object, message: string) => void lines.push(message);
  return { log: { info: line, warn: line, error: line }, lines };
};

const idle = { taken: 0, deferred: 0, expired: 0, left: 0, more: false };

/** A worker over rounds that a test decides on. */
function aWorker(round: DeliverWebhooks['round'], parts: Partial<DeliverWebhooks> = {}) {
  const { log, lines } = aLog();
  let wake = () => {};
  let cuts = 0;
  const worker = startDeliveries({
    deliver: {
      round,
      change: () => Promise.resolve(),
      subscribe: () => () => {},
      underWay: () => 0,
      stop: () => {},
      abandon: () => {},
      ...parts,
    },
    share: { held: () => okAsync([0]), rest: () => okAsync(undefined), release: () => okAsync(undefined) },
    subscribe: (wakeUp) => {
      wake = wakeUp;
      return () => {};
    },
    cutOff: () => {
      cuts += 1;
    },
    log,
    random: () => 0.5,
  });
  return { worker, lines, wake: () => wake(), cuts: () => cuts };
}

describe('the delivery worker', () => {
  it('delivers what is there and what comes, and gives its shards back', async () => {
    const clock = handClock();
    const world = aWebhookWorld(storage, clock);
    const shops = await addShops(world, 3);
    const told = eventsFor(shops, 30);
    const { log } = aLog();
    const { deliver } = world.worker({ disableAfterMs: DISABLE_AFTER_MS });
    await world.tell(told.slice(0, 15));
    const worker = startDeliveries({
      deliver,
      share: aShare(clock),
      subscribe: (wake) => storage.wakeUps.subscribe('deliveries', wake),
      cutOff: () => {},
      log,
    });
    await eventually(() => expect(world.receivers.received).toHaveLength(15));
    await world.tell(told.slice(15));
    await eventually(() => expect(world.receivers.received).toHaveLength(30));
    await worker.stop();
    expect([...gotBy(world).keys()].toSorted()).toEqual([urlOf(0), urlOf(1), urlOf(2)]);
    expect((await storage.leases.holders('webhooks/', clock.now()))._unsafeUnwrap()).toEqual([]);
  });

  it('looks by itself twice a second, at once when woken, and rarely while the store is silent', async () => {
    vi.useFakeTimers();
    let rounds = 0;
    let isSilent = false;
    const { worker, wake, lines } = aWorker(() => {
      rounds += 1;
      return isSilent ? errAsync({ kind: 'StorageUnavailable', cause: undefined }) : okAsync(idle);
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(rounds).toBe(1);
    await vi.advanceTimersByTimeAsync(510);
    expect(rounds).toBe(2);
    wake();
    await vi.advanceTimersByTimeAsync(15);
    expect(rounds).toBe(3);
    isSilent = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rounds).toBeLessThan(14);
    expect(lines).toContain('delivery waits for the store');
    const stopped = worker.stop();
    await vi.advanceTimersByTimeAsync(0);
    await stopped;
  });

  it('takes what had no room as soon as there is some, without waiting for the next look', async () => {
    const own = memoryStorage();
    const world = aWebhookWorld(own);
    const shops = await addShops(world, 1);
    const { deliver } = world.worker({ bounds: { mostHeld: 8 } });
    await world.tell(eventsFor(shops, 40));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const worker = startDeliveries({
      deliver,
      share: {
        held: () => okAsync(EVERY_SHARD),
        rest: () => okAsync(undefined),
        release: () => okAsync(undefined),
      },
      subscribe: () => () => {},
      cutOff: () => {},
      log: aLog().log,
      random: () => 0.5,
    });
    for (let passedMs = 0; passedMs < 490; passedMs += 5) {
      await vi.advanceTimersByTimeAsync(5);
      for (let n = 0; n < 5; n += 1) await new Promise(setImmediate);
    }
    expect(world.receivers.received).toHaveLength(40);
    const stopped = worker.stop();
    await vi.advanceTimersByTimeAsync(0);
    await stopped;
  });

  it('lets what is under way end, and cuts off what does not', async () => {
    vi.useFakeTimers();
    let underWay = 2;
    let end = () => {};
    let isAbandoned = false;
    const { worker, cuts } = aWorker(() => okAsync(idle), {
      underWay: () => underWay,
      change: () =>
        new Promise((resolve) => {
          end = resolve;
        }),
      abandon: () => {
        isAbandoned = true;
      },
    });
    let isStopped = false;
    const stopped = worker.stop().then(() => {
      isStopped = true;
    });
    await vi.advanceTimersByTimeAsync(5_000);
    underWay = 1;
    end();
    await vi.advanceTimersByTimeAsync(4_999);
    expect([cuts(), isAbandoned, isStopped]).toEqual([0, false, false]);
    await vi.advanceTimersByTimeAsync(1);
    expect([cuts(), isAbandoned, isStopped]).toEqual([1, true, false]);
    underWay = 0;
    end();
    await stopped;
  });

  it('outlives a round that breaks', async () => {
    vi.useFakeTimers();
    let rounds = 0;
    const { worker, lines } = aWorker(() => {
      rounds += 1;
      return rounds === 1 ? ResultAsync.fromSafePromise(Promise.reject(new Error('broken'))) : okAsync(idle);
    });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(rounds).toBeGreaterThan(2);
    expect(lines).toEqual(['delivery round failed']);
    const stopped = worker.stop();
    await vi.advanceTimersByTimeAsync(0);
    await stopped;
  });

  it('records nothing of attempts that were cut off: the next worker makes them again', async () => {
    const clock = handClock();
    const own = memoryStorage();
    const world = aWebhookWorld(own, clock);
    const shops = await addShops(world, 1);
    const cut = Promise.withResolvers<void>();
    world.ports.webhookSender = {
      ...world.receivers.sender,
      send: () =>
        ResultAsync.fromSafePromise(cut.promise).andThen(() =>
          errAsync({ kind: 'WebhookUnanswered' as const, error: 'timeout' as const, durationMs: 1 }),
        ),
    };
    await world.tell(eventsFor(shops, 1));
    const doomed = world.worker();
    (await doomed.deliver.round(Array.from({ length: 16 }, (_, n) => n)))._unsafeUnwrap();
    await new Promise(setImmediate);
    doomed.deliver.stop();
    doomed.deliver.abandon();
    cut.resolve();
    while (doomed.deliver.underWay() > 0) await new Promise(setImmediate);
    world.ports.webhookSender = world.receivers.sender;
    await world.deliver(world.worker());
    const [merchantId] = shops;
    if (merchantId === undefined) throw new Error('no shop');
    const [delivery] = (await own.deliveries.list(merchantId, {}, { limit: 1 }))._unsafeUnwrap();
    expect(delivery).toMatchObject({ status: 'delivered', attempts: [{ responseCode: 200 }] });
  });
});

describe('the log of a delivery that could not be attempted', () => {
  it('says what was not there and why, or what broke', () => {
    const lines: string[] = [];
    const tell = tellingFaults(
      jsonLogger({ level: 'warn', destination: { write: (line: string) => void lines.push(line) } }),
    );
    const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    tell({ kind: 'StorageUnavailable', cause: refused });
    tell(new TypeError('broken'));
    tell(undefined);
    const [silent, broken, nothing] = lines.map((line) => JSON.parse(line) as object);
    expect(silent).toMatchObject({ code: 'StorageUnavailable', cause: { code: 'ECONNREFUSED' } });
    expect(broken).toMatchObject({ defect: { name: 'TypeError' } });
    expect(nothing).toMatchObject({ msg: 'a webhook could not be attempted, or not be recorded' });
  });
});
