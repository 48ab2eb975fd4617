import { Counter } from 'prom-client';
import { RECOVERY_ENDS, type RecoveryRound } from '../../../application/kernel/recovery-round.ts';
import type { PlatformMetrics } from '../server/metrics.ts';

/** The same rounds that void authorizations about to lapse, what became of each counted. */
export function countedExpiry(
  expire: RecoveryRound,
  { registry }: Pick<PlatformMetrics, 'registry'>,
): RecoveryRound {
  const outcomes = new Counter({
    name: 'paywright_authorizations_expiring_total',
    help: 'Authorizations about to lapse that a round took up, by what became of them; stuck: the processor refuses the void, and the hold lapses by itself.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (limit) =>
    expire(limit).map((round) => {
      for (const outcome of RECOVERY_ENDS) outcomes.inc({ outcome }, round[outcome]);
      return round;
    });
}
