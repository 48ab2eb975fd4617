import { createHistogram } from 'node:perf_hooks';
import { okAsync } from 'neverthrow';
import { systemClock } from '../src/adapters/system/clock.ts';
import type { EventSink } from '../src/application/outbox/event-sink.ts';
import { relayEvents } from '../src/application/outbox/relay-events.ts';
import { shardAssignment } from '../src/application/outbox/shard-assignment.ts';
import { signallingCommits } from '../src/composition/signalling-commits.ts';
import { startRelay } from '../src/entrypoints/worker/relay.ts';
import { OUTBOX_SHARDS } from '../src/ports/outbox.ts';
import type { Storage } from '../src/ports/storage.ts';
import type { Measured } from './measure.ts';
import type { Row } from './rows.ts';
import { anIntent } from './system.ts';

const PER_SECOND = 1_000;
/** Beyond these the store is slower than the load, and the row's rate says so. */
const MOST_UNDER_WAY = 512;

/**
 * First what other rows left in the outbox is relayed, as fast as it goes. Then payments are committed at a steady
 * 1 000 a second, and lag is from an event's making, just before its commit, to the sink that takes it.
 */
export async function relaying(storage: Storage, seconds: number): Promise<readonly Row[]> {
  let histogram = createHistogram();
  let count = 0;
  const sink: EventSink = {
    name: 'bench',
    take(events) {
      const now = Date.now();
      for (const { created } of events) histogram.record(Math.max(1, now - created));
      count += events.length;
      return okAsync([]);
    },
  };
  const { outbox, leases, wakeUps } = storage;
  const terms = { work: 'outbox', shards: OUTBOX_SHARDS, holder: crypto.randomUUID() };
  const relay = startRelay({
    relayEvents: relayEvents({ outbox, sinks: [sink], clock: systemClock }),
    share: shardAssignment({ leases, clock: systemClock }, terms),
    subscribe: (wake) => wakeUps.subscribe('outbox', wake),
    log: { info: () => {}, warn: console.error, error: console.error },
  });
  const measured = async (name: string, load: () => Promise<void>): Promise<Row> => {
    histogram = createHistogram();
    count = 0;
    const started = performance.now();
    await load();
    await untilEmpty(storage);
    const tookMs = performance.now() - started;
    const ours: Measured = {
      perSecond: count / (tookMs / 1_000),
      p50Ms: histogram.percentile(50),
      p99Ms: histogram.percentile(99),
      tookMs,
    };
    return { work: name, ours };
  };
  try {
    const backlog = await measured('relay a backlog (latency: its age)', () => Promise.resolve());
    const commits = signallingCommits(storage.commits, wakeUps);
    const steady = await measured(`relay lag at ${PER_SECOND} events a second`, () =>
      paced(seconds * PER_SECOND, async () => {
        const committed = await commits.commit(anIntent());
        if (committed.isErr()) throw new Error(committed.error.kind);
      }),
    );
    return [backlog, steady];
  } finally {
    await relay.stop();
  }
}

/** Begins `operations` at even distances, whatever they take, as long as not too many are under way. */
async function paced(operations: number, operation: () => Promise<void>): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const started = performance.now();
  for (let begun = 0; begun < operations; ) {
    const due = Math.min(operations, ((performance.now() - started) * PER_SECOND) / 1_000);
    for (; begun < due && underWay.size < MOST_UNDER_WAY; begun += 1) {
      const each = operation().finally(() => underWay.delete(each));
      underWay.add(each);
    }
    await new Promise((resume) => setTimeout(resume, 1));
  }
  await Promise.all(underWay);
}

async function untilEmpty({ outbox }: Storage): Promise<void> {
  for (;;) {
    const left = await outbox.unsent(1);
    if (left.isErr()) throw new Error(left.error.kind);
    if (left.value.length === 0) return;
    await new Promise((resume) => setTimeout(resume, 5));
  }
}
