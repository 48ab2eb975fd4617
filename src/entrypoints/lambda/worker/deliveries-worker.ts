import type { WebhookDelivery } from '../../../composition/deliveries.ts';
import { deliveriesRound, tellingFaults } from '../../worker/deliveries.ts';
import { releaseShards } from '../../worker/loop.ts';
import type { FunctionTelemetry } from '../function/function-telemetry.ts';
import type { Invocation } from '../function/invocation.ts';
import { countingAttempts } from './counted-work.ts';
import { RESERVE_MS, runRounds, type WorkResult } from './run-rounds.ts';
import { shareAtOnce } from './share-at-once.ts';

/**
 * Delivers webhooks for one invocation: an instance that is frozen cannot have a request under way, so it waits for the last of
 * them. What is silent for as long as there is time is cut off, and on record as an attempt that was not answered in time.
 */
export async function deliverFor(
  invocation: Invocation,
  { deliverWith, share, cutOff }: WebhookDelivery,
  { log, metrics }: FunctionTelemetry,
): Promise<WorkResult> {
  const deliver = deliverWith({
    onEnd: countingAttempts(metrics),
    onFault: tellingFaults(log),
  });
  const isTime = () => invocation.remainingMs() > RESERVE_MS;
  return runRounds(
    {
      name: 'delivery',
      round: deliveriesRound({ deliver, share: shareAtOnce(share), log }),
      underWay: async () => {
        if (deliver.underWay() === 0) return false;
        await Promise.race([deliver.change(), later(invocation.remainingMs() - RESERVE_MS)]);
        return true;
      },
      async atEnd() {
        deliver.stop();
        while (deliver.underWay() > 0 && isTime())
          await Promise.race([deliver.change(), later(invocation.remainingMs() - RESERVE_MS)]);
        cutOff();
        while (deliver.underWay() > 0) await deliver.change();
        await releaseShards(share, log);
      },
      log,
      metrics,
    },
    invocation,
  );
}

const later = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms)).unref();
  });
