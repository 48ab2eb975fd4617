import { errAsync, okAsync } from 'neverthrow';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { RecoveryRound } from '../../../../src/application/kernel/recovery-round.ts';
import { countedExpiry } from '../../../../src/entrypoints/http/payments/expiry-metrics.ts';

const NAME = 'paywright_authorizations_expiring_total';

describe('rounds that void authorizations about to lapse', () => {
  it('are counted by what became of each, those that the processor refuses among them', async () => {
    const registry = new Registry();
    const rounds: ReturnType<RecoveryRound>[] = [
      okAsync({ due: 4, settled: 2, waiting: 1, skipped: 0, stuck: 1 }),
      errAsync({ kind: 'StorageUnavailable', cause: 'away' }),
      okAsync({ due: 2, settled: 0, waiting: 0, skipped: 1, stuck: 1 }),
    ];
    const expire = countedExpiry(() => rounds.shift() ?? okAsync(NOTHING), { registry });
    for (const _ of [1, 2, 3, 4]) await expire(100);
    const text = await registry.metrics();
    expect(text).toContain(`${NAME}{outcome="settled"} 2`);
    expect(text).toContain(`${NAME}{outcome="waiting"} 1`);
    expect(text).toContain(`${NAME}{outcome="skipped"} 1`);
    expect(text).toContain(`${NAME}{outcome="stuck"} 2`);
  });
});

const NOTHING = { due: 0, settled: 0, waiting: 0, skipped: 0, stuck: 0 };
