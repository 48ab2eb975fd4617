import { relayEvents } from '../src/application/outbox/relay-events.ts';
import { logEvents } from '../src/application/webhooks/log-events.ts';
import type { Clock } from '../src/ports/clock.ts';
import { OUTBOX_SHARDS } from '../src/ports/outbox.ts';
import type { Storage } from '../src/ports/storage.ts';
import { orThrow, type Row } from './rows.ts';
import { aRequest, systemOver } from './system.ts';

const SHARDS = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

/**
 * Payments verified in a second, of a storage that holds these alone, with their claims, links, ledger, sums and events. The
 * latency is of the whole verification.
 */
export async function verifying(storage: Storage, payments: number, callers: number): Promise<Row> {
  const { ports, processPayment: process, verify } = await systemOver(storage);
  let begun = 0;
  const lane = async () => {
    while (begun < payments) {
      begun += 1;
      orThrow(await process(aRequest()));
    }
  };
  await Promise.all(Array.from({ length: callers }, lane));
  await relayAll(storage, ports.clock);
  const started = performance.now();
  const { payments: verified } = orThrow(await verify(() => {}));
  const tookMs = performance.now() - started;
  if (verified !== payments) throw new Error(`${verified} of ${payments} payments were verified`);
  const name = `verify ${payments.toLocaleString('en').replaceAll(',', ' ')} payments`;
  return {
    work: name,
    ours: { perSecond: payments / (tookMs / 1_000), p50Ms: tookMs, p99Ms: tookMs, tookMs },
  };
}

/** Puts what waits in the outbox on the log of events, where it is looked for once it is old. */
export async function relayAll(storage: Storage, clock: Clock): Promise<void> {
  const relay = relayEvents({ outbox: storage.outbox, sinks: [logEvents(storage)], clock });
  while (orThrow(await relay(SHARDS)).more);
}
