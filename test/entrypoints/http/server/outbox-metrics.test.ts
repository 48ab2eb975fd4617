import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { platformMetrics } from '../../../../src/entrypoints/http/server/metrics.ts';
import { countRelay, watchBacklog } from '../../../../src/entrypoints/http/server/outbox-metrics.ts';
import type { Backlog } from '../../../../src/ports/outbox.ts';
import type { StorageUnavailable } from '../../../../src/ports/unavailable.ts';
import { NOON } from '../../../fixtures/changes.ts';

const clock = { now: () => NOON };

describe('what /metrics measures of the outbox', () => {
  it('is the tries, the failures by sink and the lag of what was relayed', async () => {
    const metrics = platformMetrics();
    const count = countRelay(metrics);
    const down = { sink: 'webhooks', kind: 'down', cause: undefined } as const;
    count({ lagsMs: [40, 2_000], retried: 1, parked: 2, failures: [down, down], more: false });
    count({ lagsMs: [7], retried: 0, parked: 0, failures: [], more: false });

    const text = await metrics.registry.metrics();

    expect(text).toContain('paywright_outbox_tries_total{outcome="sent"} 3');
    expect(text).toContain('paywright_outbox_tries_total{outcome="retried"} 1');
    expect(text).toContain('paywright_outbox_tries_total{outcome="parked"} 2');
    expect(text).toContain('paywright_outbox_failures_total{sink="webhooks",kind="down"} 2');
    expect(text).toContain('paywright_outbox_lag_seconds_count 3');
    expect(text).toContain('paywright_outbox_lag_seconds_bucket{le="0.05"} 2');
  });

  it('is what waits and since when, read once for each scrape', async () => {
    const metrics = platformMetrics();
    let reads = 0;
    const backlog = () => {
      reads += 1;
      return okAsync({ unsent: 12, parked: 3, oldestAt: NOON - 1_500 });
    };
    watchBacklog(metrics, { outbox: { backlog }, clock });

    const text = await metrics.registry.metrics();

    expect(text).toContain('paywright_outbox_unsent 12');
    expect(text).toContain('paywright_outbox_parked 3');
    expect(text).toContain('paywright_outbox_oldest_seconds 1.5');
    expect(reads).toBe(1);
  });

  it.each([
    [
      'does not answer',
      () => errAsync<Backlog, StorageUnavailable>({ kind: 'StorageUnavailable', cause: 'gone' }),
    ],
    [
      'breaks',
      () => ResultAsync.fromSafePromise<Backlog, StorageUnavailable>(Promise.reject(new Error('defect'))),
    ],
  ])('is no number, and the rest all the same, while the store %s', async (_how, backlog) => {
    const metrics = platformMetrics();
    watchBacklog(metrics, { outbox: { backlog }, clock });

    const text = await metrics.registry.metrics();

    expect(text).toContain('paywright_outbox_unsent Nan');
    expect(text).toContain('paywright_http_requests_in_flight 0');
  });
});
