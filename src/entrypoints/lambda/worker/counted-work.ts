import type { RecoveryRound } from '../../../application/kernel/recovery-round.ts';
import type { AttemptEnd } from '../../../application/webhooks/attempt-delivery.ts';
import type { Payments } from '../../../ports/payments.ts';
import type { EmfMetrics } from '../function/emf-metrics.ts';

/**
 * The same recovery, those that people have to look at counted under `name`. An instance passes over one for as long as a lease
 * lasts, and counts it again then.
 */
export const countingStuck =
  (recover: RecoveryRound, metrics: Pick<EmfMetrics, 'add'>, name: string): RecoveryRound =>
  (limit) =>
    recover(limit).map((round) => {
      metrics.add(name, round.stuck);
      return round;
    });

/** For how long the oldest payment in attention has been so, 0 when none is; no number when the store does not answer. */
export async function measureAttention(
  payments: Pick<Payments, 'oldestAttention'>,
  {
    log,
    metrics,
  }: Readonly<{
    log: Readonly<{ warn: (about: object, says: string) => void }>;
    metrics: Pick<EmfMetrics, 'seconds'>;
  }>,
  now: () => number = Date.now,
): Promise<void> {
  const found = await payments.oldestAttention();
  if (found.isErr())
    return log.warn({ cause: found.error.cause }, 'payments in attention could not be measured');
  const ageMs = found.value === undefined ? 0 : Math.max(0, now() - found.value);
  metrics.seconds('payments_attention_oldest_seconds', ageMs / 1_000);
}

/** Counts attempts by what came of them, and deliveries that no further attempt will be made for. */
export function countingAttempts(metrics: Pick<EmfMetrics, 'add' | 'counted'>): (end: AttemptEnd) => void {
  const attempts = metrics.counted('webhook_attempts', 'outcome');
  return (end) => {
    if (end.kind !== 'sent') return;
    attempts.inc({ outcome: end.succeeded ? 'delivered' : 'not_delivered' });
    if (end.isRecorded && end.status === 'failed') metrics.add('webhooks_failed');
  };
}
