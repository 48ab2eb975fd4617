import type { ResultAsync } from 'neverthrow';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Relayed } from '../../../application/outbox/relay-events.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Backlog, Outbox } from '../../../ports/outbox.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import type { PlatformMetrics } from './metrics.ts';

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];
/** Longer than a store takes that is well, and shorter than a scrape waits. */
const LONGEST_READ_MS = 3_000;

/** Which outbox is measured: the platform's, unless a service of its own is named. */
const PLATFORM = 'paywright_outbox';
export const APPROVALS_OUTBOX = 'paywright_approvals_outbox';

/** Counts what this process's relay does; gives what counts each round. */
export function countRelay({ registry }: PlatformMetrics, outbox = PLATFORM): (round: Relayed) => void {
  const registers = [registry];
  const tries = new Counter({
    name: `${outbox}_tries_total`,
    help: 'Tries to hand an event to all sinks, by outcome: sent, retried later, or parked after the last.',
    labelNames: ['outcome'],
    registers,
  });
  const failures = new Counter({
    name: `${outbox}_failures_total`,
    help: 'Failures by sink: events it refused, events it broke on (defect), and rounds in which it was down.',
    labelNames: ['sink', 'kind'],
    registers,
  });
  const lag = new Histogram({
    name: `${outbox}_lag_seconds`,
    help: 'Time from an event to its being taken by all sinks.',
    buckets: SECONDS,
    registers,
  });
  return (round) => {
    tries.inc({ outcome: 'sent' }, round.lagsMs.length);
    tries.inc({ outcome: 'retried' }, round.retried);
    tries.inc({ outcome: 'parked' }, round.parked);
    for (const { sink, kind } of round.failures) failures.inc({ sink, kind });
    for (const lagMs of round.lagsMs) lag.observe(lagMs / 1_000);
  };
}

/** What waits in the outbox, of all processes, read every few seconds at most. No numbers while the store does not answer. */
export function watchBacklog(
  { registry }: PlatformMetrics,
  { outbox, clock }: Readonly<{ outbox: Pick<Outbox, 'backlog'>; clock: Clock }>,
  named = PLATFORM,
): void {
  const read = readNowAndThen(() => outbox.backlog());
  const gauge = (name: string, help: string, valueOf: (backlog: Backlog) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const found = await read();
        this.set(found === undefined ? Number.NaN : valueOf(found));
      },
    });
  gauge(`${named}_unsent`, 'Events that wait to be relayed; counted up to 10 000.', ({ unsent }) => unsent);
  gauge(`${named}_parked`, 'Events that are not tried any more.', ({ parked }) => parked);
  gauge(`${named}_oldest_seconds`, 'Age of the oldest event that waits; 0 when none does.', ({ oldestAt }) =>
    oldestAt === undefined ? 0 : Math.max(0, clock.now() - oldestAt) / 1_000,
  );
}

/** However many scrapers there are, and however often they come, the store is read this seldom. */
const KEPT_MS = 5_000;

/** The newest reading, at most some seconds old; readings never run side by side. */
export function readNowAndThen<Read>(
  read: () => ResultAsync<Read, StorageUnavailable>,
): () => Promise<Read | undefined> {
  let newest: Promise<Read | undefined> | undefined;
  let readAt = 0;
  return () => {
    const now = performance.now();
    if (newest === undefined || now - readAt > KEPT_MS) {
      readAt = now;
      newest = inTime(read());
    }
    return newest;
  };
}

/** What was read, or undefined when the store says nothing while a scrape waits. */
async function inTime<Read>(read: ResultAsync<Read, StorageUnavailable>): Promise<Read | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), LONGEST_READ_MS);
  try {
    return await Promise.race([read.unwrapOr<undefined>(undefined), late.promise]);
  } catch {
    // Whatever is wrong with the outbox, the other measurements are given.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
