import type { Service } from '../../composition/compose-service.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import { countDeliveries } from '../http/webhooks/webhook-metrics.ts';
import { startDeliveries } from '../worker/deliveries.ts';
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
    onFault: (cause) => log.warn({ cause }, 'a webhook could not be attempted, or not be recorded'),
  });
  return startDeliveries({ ...parts, deliver, log });
}
