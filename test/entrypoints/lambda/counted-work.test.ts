import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { AttemptEnd } from '../../../src/application/webhooks/attempt-delivery.ts';
import { emfMetrics } from '../../../src/entrypoints/lambda/function/emf-metrics.ts';
import { countingAttempts, countingStuck } from '../../../src/entrypoints/lambda/worker/counted-work.ts';

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
