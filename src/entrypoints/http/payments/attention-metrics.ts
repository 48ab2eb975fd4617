import { Gauge } from 'prom-client';
import type { Clock } from '../../../ports/clock.ts';
import type { Payments } from '../../../ports/payments.ts';
import type { PlatformMetrics } from '../server/metrics.ts';
import { readNowAndThen } from '../server/outbox-metrics.ts';

/** For how long people have not looked, read every few seconds at most. No number while the store does not answer. */
export function watchAttention(
  { registry }: PlatformMetrics,
  { payments, clock }: Readonly<{ payments: Pick<Payments, 'oldestAttention'>; clock: Clock }>,
): void {
  // An absent time is no failure to read one.
  const read = readNowAndThen(() => payments.oldestAttention().map((since) => ({ since })));
  new Gauge({
    name: 'paywright_payments_attention_oldest_seconds',
    help: 'For how long the oldest payment in attention has been so, whichever merchant’s; 0 when none is.',
    registers: [registry],
    async collect() {
      const found = await read();
      const ageMs = found?.since === undefined ? 0 : Math.max(0, clock.now() - found.since);
      this.set(found === undefined ? Number.NaN : ageMs / 1_000);
    },
  });
}
