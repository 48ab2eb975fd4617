import type { Service } from '../../composition/compose-service.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import { countDeliveries } from '../http/webhooks/webhook-metrics.ts';
import { startDeliveries, tellingFaults } from '../worker/deliveries.ts';
import type { RunningWorker, WorkerLog } from '../worker/loop.ts';

/** Delivers this process's part of the webhooks. */
export function deliverWebhooksOf(
  platform: Service,
  log: WorkerLog,
  metrics?: PlatformMetrics,
): RunningWorker {
  const { deliverWith, ...parts } = platform.get(TOKENS.webhookDelivery);
  const deliver = deliverWith({
    ...(metrics === undefined ? {} : { onEnd: countDeliveries(metrics) }),
    onFault: tellingFaults(log),
  });
  return startDeliveries({ ...parts, deliver, log });
}
