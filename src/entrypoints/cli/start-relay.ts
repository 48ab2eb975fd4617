import type { Service } from '../../composition/compose-service.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { present } from '../../domain/kernel/present.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import { APPROVALS_OUTBOX, countRelay } from '../http/server/outbox-metrics.ts';
import type { RunningWorker, WorkerLog } from '../worker/loop.ts';
import { startRelay } from '../worker/relay.ts';

/** Relays this process's part of the platform's events, to the event log and to webhooks. */
export function relayEventsOf(platform: Service, log: WorkerLog, metrics?: PlatformMetrics): RunningWorker {
  const relay = platform.get(TOKENS.relay);
  return startRelay({ ...relay, log, ...(metrics === undefined ? {} : { record: countRelay(metrics) }) });
}

/** The same of approvals' events, to their queue and bus. */
export function relayApprovalsOf(
  approvals: Service,
  log: WorkerLog,
  metrics?: PlatformMetrics,
): RunningWorker {
  const relay = approvals.get(APPROVALS_TOKENS.relay);
  const record = metrics && countRelay(metrics, APPROVALS_OUTBOX);
  return startRelay({ ...relay, log, ...present({ record }) });
}
