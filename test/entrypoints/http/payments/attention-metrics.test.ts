import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { watchAttention } from '../../../../src/entrypoints/http/payments/attention-metrics.ts';
import { platformMetrics } from '../../../../src/entrypoints/http/server/metrics.ts';
import type { Payments } from '../../../../src/ports/payments.ts';
import { NOON } from '../../../fixtures/changes.ts';

async function shown(oldestAttention: Payments['oldestAttention']): Promise<string> {
  const metrics = platformMetrics();
  watchAttention(metrics, { payments: { oldestAttention }, clock: { now: () => NOON } });
  return metrics.registry.metrics();
}

const NAME = 'paywright_payments_attention_oldest_seconds';

describe('what /metrics measures of payments in attention', () => {
  it('is for how long the oldest has been so', async () => {
    expect(await shown(() => okAsync(NOON - 90_000))).toContain(`${NAME} 90\n`);
  });

  it('is 0 when none is, and no number while the store does not answer', async () => {
    expect(await shown(() => okAsync(undefined))).toContain(`${NAME} 0\n`);
    const unavailable = { kind: 'StorageUnavailable', cause: 'gone' } as const;
    expect(await shown(() => errAsync(unavailable))).toContain(`${NAME} Nan\n`);
  });
});
