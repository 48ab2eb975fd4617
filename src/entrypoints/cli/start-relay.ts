import { APPROVALS_TOKENS } from '../../composition/approvals-tokens.ts';
import type { Platform } from '../../composition/compose.ts';
import type { Approvals } from '../../composition/compose-approvals.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import { APPROVALS_OUTBOX, countRelay } from '../http/server/outbox-metrics.ts';
import type { RunningWorker, WorkerLog } from '../worker/recovery.ts';
import { startRelay } from '../worker/relay.ts';

/** Relays this process's part of the platform's events; nothing while nobody wants to be told of any. */
export function relayEventsOf(platform: Platform, log: WorkerLog, metrics?: PlatformMetrics): RunningWorker {
  const { isWanted, ...relay } = platform.get(TOKENS.relay);
  if (!isWanted) return { stop: () => Promise.resolve() };
  return startRelay({ ...relay, log, ...(metrics === undefined ? {} : { record: countRelay(metrics) }) });
}

/** The same of approvals' events, to their queue and bus. */
export function relayApprovalsOf(
  approvals: Approvals,
  log: WorkerLog,
  metrics?: PlatformMetrics,
): RunningWorker {
  const { isWanted: _, ...relay } = approvals.get(APPROVALS_TOKENS.relay);
  const record = metrics && countRelay(metrics, APPROVALS_OUTBOX);
  return startRelay({ ...relay, log, ...(record === undefined ? {} : { record }) });
}
