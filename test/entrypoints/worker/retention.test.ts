import { okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Enforced } from '../../../src/application/kernel/enforce-retention.ts';
import { platformMetrics } from '../../../src/entrypoints/http/server/metrics.ts';
import { countRetention } from '../../../src/entrypoints/http/server/retention-metrics.ts';
import { startRetention } from '../../../src/entrypoints/worker/retention.ts';

const round = (deleted: number, overdueMs = 0): readonly Enforced[] => [
  { kind: 'response', deleted, overdueMs },
  { kind: 'event', deleted: 0, overdueMs: 0 },
];

describe('the retention worker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('deletes while there is more, then looks every ten minutes, and is measured by kind', async () => {
    const metrics = platformMetrics();
    const script = [round(500, 90_000), round(500), round(7)];
    const at: number[] = [];
    const lines: unknown[] = [];
    const line = (facts: object, message: string) => lines.push({ ...facts, message });
    const started = Date.now();
    const worker = startRetention({
      name: 'platform retention',
      enforce: (limit) => {
        const kinds = script[at.length] ?? round(0);
        at.push(Date.now() - started);
        return okAsync({ kinds, more: kinds.some(({ deleted }) => deleted >= limit) });
      },
      record: countRetention(metrics),
      log: { info: line, warn: line, error: line },
      random: () => 0.5,
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(await metrics.registry.metrics()).toContain(
      'paywright_retention_overdue_seconds{kind="response"} 0',
    );
    await vi.advanceTimersByTimeAsync(1_200_000);
    await worker.stop();
    expect(at).toEqual([0, 0, 0, 600_000, 1_200_000]);
    expect(lines).toEqual(
      [500, 500, 7].map((response) => ({ response, message: 'platform retention round' })),
    );
    const text = await metrics.registry.metrics();
    expect(text).toContain('paywright_retention_deleted_total{kind="response"} 1007');
    expect(text).toContain('paywright_retention_deleted_total{kind="event"} 0');
  });

  it('says for how long the oldest row has been kept beyond its time', async () => {
    const metrics = platformMetrics();
    countRetention(metrics, 'paywright_approvals_retention')(round(500, 90_000));
    const text = await metrics.registry.metrics();
    expect(text).toContain('paywright_approvals_retention_overdue_seconds{kind="response"} 90');
  });
});
