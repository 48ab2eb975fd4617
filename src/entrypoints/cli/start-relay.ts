import type { Platform } from '../../composition/compose.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { PlatformMetrics } from '../http/metrics.ts';
import { countRelay } from '../http/outbox-metrics.ts';
import type { RunningWorker, WorkerLog } from '../worker/recovery.ts';
import { startRelay } from '../worker/relay.ts';

/** Relays this process's part of the platform's events; nothing while nobody wants to be told of any. */
export function relayEventsOf(platform: Platform, log: WorkerLog, metrics?: PlatformMetrics): RunningWorker {
  const { isWanted, ...relay } = platform.get(TOKENS.relay);
  if (!isWanted) return { stop: () => Promise.resolve() };
  return startRelay({ ...relay, log, ...(metrics === undefined ? {} : { record: countRelay(metrics) }) });
}
