import { Counter, Histogram } from 'prom-client';
import type { AttemptEnd } from '../../../application/webhooks/attempt-delivery.ts';
import type { PlatformMetrics } from '../server/metrics.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counts what this process delivers; gives what counts each attempt. */
export function countDeliveries({ registry }: PlatformMetrics): (end: AttemptEnd) => void {
  const registers = [registry];
  const attempts = new Counter({
    name: 'paywright_webhook_attempts_total',
    help: 'Attempts to deliver a webhook, by outcome: delivered, retried later, or failed after the last.',
    labelNames: ['outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'paywright_webhook_attempt_seconds',
    help: 'Time from the beginning of an attempt to the end of its answer, or to its failure.',
    buckets: SECONDS,
    registers,
  });
  return (end) => {
    if (end.kind !== 'sent') return;
    const outcome = end.succeeded ? 'delivered' : end.status === 'pending' ? 'retried' : 'failed';
    attempts.inc({ outcome });
    durations.observe(end.attempt.durationMs / 1_000);
  };
}
