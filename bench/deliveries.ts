import { once } from 'node:events';
import { createHistogram } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../src/adapters/system/clock.ts';
import { systemIds } from '../src/adapters/system/ids.ts';
import { shardAssignment } from '../src/application/outbox/shard-assignment.ts';
import { deliverWebhooks } from '../src/application/webhooks/deliver-webhooks.ts';
import { fanOutWebhooks } from '../src/application/webhooks/fan-out-webhooks.ts';
import type { DomainEvent } from '../src/domain/kernel/events.ts';
import type { MerchantId } from '../src/domain/kernel/ids.ts';
import { startDeliveries } from '../src/entrypoints/worker/deliveries.ts';
import { DELIVERY_SHARDS } from '../src/ports/deliveries.ts';
import { orThrow, type Row } from './rows.ts';
import { MERCHANTS, origin, type System } from './system.ts';

const BATCH = 500;

/**
 * Delivers a backlog to a receiver on this machine, one endpoint for each merchant, over HTTP and signed, each attempt
 * recorded; latency is an attempt's. Then as many again as they are made, from fan-out to answer.
 */
export async function delivering(system: System, count: number): Promise<readonly Row[]> {
  const { ports } = system;
  const receiver = new Worker(new URL('./receiver.ts', import.meta.url));
  const [port] = (await once(receiver, 'message')) as [number];
  for (const merchantId of MERCHANTS)
    orThrow(
      await system.createEndpoint({ merchantId, url: `http://127.0.0.1:${port}/`, events: ['*'], origin }),
    );
  const sink = fanOutWebhooks(ports);
  const fanOut = async () => {
    for (let made = 0; made < count; made += BATCH)
      orThrow(await sink.take(Array.from({ length: Math.min(BATCH, count - made) }, (_, n) => anEvent(n))));
  };
  const measured = async (
    name: string,
    before: () => Promise<void>,
    load: () => Promise<void>,
  ): Promise<Row> => {
    const histogram = createHistogram();
    await before();
    const started = performance.now();
    const worker = aWorker(system, count, histogram.record.bind(histogram));
    await Promise.all([load(), worker.all]);
    const tookMs = performance.now() - started;
    await worker.stop();
    const [p50Ms, p99Ms] = [histogram.percentile(50), histogram.percentile(99)];
    return { work: name, ours: { perSecond: count / (tookMs / 1_000), p50Ms, p99Ms, tookMs } };
  };
  try {
    return [
      await measured('deliver webhooks, a backlog', fanOut, () => Promise.resolve()),
      await measured('fan out and deliver webhooks', () => Promise.resolve(), fanOut),
    ];
  } finally {
    await receiver.terminate();
  }
}

/** `all` resolves when `count` deliveries have ended. */
function aWorker({ ports }: System, count: number, record: (durationMs: number) => void) {
  const all = Promise.withResolvers<void>();
  let ended = 0;
  const deliver = deliverWebhooks(
    { ...ports, random: Math.random },
    {
      disableAfterMs: 86_400_000,
      onEnd(end) {
        if (end.kind !== 'sent' || !end.succeeded) return all.reject(new Error('not delivered'));
        record(Math.max(1, end.attempt.durationMs));
        ended += 1;
        if (ended === count) all.resolve();
      },
      onFault: all.reject,
    },
  );
  const { leases, wakeUps } = ports;
  const terms = { work: 'webhooks', shards: DELIVERY_SHARDS, holder: crypto.randomUUID() };
  const running = startDeliveries({
    deliver,
    share: shardAssignment({ leases, clock: systemClock }, terms),
    subscribe: (wake) => wakeUps.subscribe('deliveries', wake),
    cutOff: () => {},
    log: { info: () => {}, warn: console.error, error: console.error },
  });
  return { all: all.promise, stop: running.stop };
}

const anEvent = (n: number): DomainEvent => {
  const created = systemClock.now();
  return {
    id: systemIds.event(created),
    type: 'payment.succeeded',
    merchantId: MERCHANTS[n % MERCHANTS.length] as MerchantId,
    paymentId: systemIds.payment(created),
    created,
    data: { amount: 1_000 + n, currency: 'EUR', status: 'succeeded', metadata: { order: String(n) } },
  };
};
