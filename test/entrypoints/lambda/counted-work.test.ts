import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { AttemptEnd } from '../../../src/application/webhooks/attempt-delivery.ts';
import { emfMetrics } from '../../../src/entrypoints/lambda/function/emf-metrics.ts';
import {
  countingAttempts,
  countingStuck,
  measureAttention,
} from '../../../src/entrypoints/lambda/worker/counted-work.ts';
import type { Payments } from '../../../src/ports/payments.ts';

function someMetrics() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const metrics = emfMetrics({ dimensions: { service: 'platform' }, write, now: () => 0 });
  const written = (name: string) => {
    metrics.flush();
    return lines.flatMap((line) => (name in line ? [line[name]] : []));
  };
  return { metrics, written };
}

const sent = (given: object) =>
  ({ kind: 'sent', isRecorded: true, succeeded: false, status: 'pending', ...given }) as AttemptEnd;

describe('what a worker measures', () => {
  it('counts a webhook that is given up once, when that is on record, and no attempt that another follows', () => {
    const { metrics, written } = someMetrics();
    const onEnd = countingAttempts(metrics);
    onEnd(sent({}));
    onEnd(sent({ status: 'failed' }));
    onEnd(sent({ status: 'failed', isRecorded: false }));
    onEnd(sent({ status: 'delivered', succeeded: true }));
    onEnd({ kind: 'dropped' });
    expect(written('webhooks_failed')).toEqual([1]);
    expect(written('webhook_attempts')).toEqual([3, 1]);
  });

  it('says for how long the oldest payment has needed people, 0 when none does, and nothing while the store is away', async () => {
    const { metrics, written } = someMetrics();
    const warned: string[] = [];
    const log = { warn: (_: object, says: string) => void warned.push(says) };
    const measured = (oldestAttention: Payments['oldestAttention']) =>
      measureAttention({ oldestAttention }, { log, metrics }, () => 100_000);
    await measured(() => okAsync(10_000));
    expect(written('payments_attention_oldest_seconds')).toEqual([90]);
    await measured(() => okAsync(undefined));
    // Of a clock that is ahead.
    await measured(() => okAsync(100_001));
    expect(written('payments_attention_oldest_seconds')).toEqual([90, [0, 0]]);
    await measured(() => errAsync({ kind: 'StorageUnavailable', cause: 'gone' } as const));
    expect(written('payments_attention_oldest_seconds')).toHaveLength(2);
    expect(warned).toHaveLength(1);
  });

  it('adds up the stuck of all rounds, and writes 0 when none is', async () => {
    const { metrics, written } = someMetrics();
    const stuck = [2, 1];
    const round = () => okAsync({ due: 3, settled: 0, waiting: 0, skipped: 0, stuck: stuck.pop() ?? 0 });
    const recover = countingStuck(round, metrics, 'payments_stuck');
    await recover(100);
    await recover(100);
    expect(written('payments_stuck')).toEqual([3]);
    await recover(100);
    expect(written('payments_stuck')).toEqual([3, 0]);
  });
});
