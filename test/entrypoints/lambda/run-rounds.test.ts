import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { jsonLogger } from '../../../src/entrypoints/http/server/logger.ts';
import { emfMetrics } from '../../../src/entrypoints/lambda/function/emf-metrics.ts';
import type { Invocation } from '../../../src/entrypoints/lambda/function/invocation.ts';
import {
  RESERVE_MS,
  type RoundsParts,
  runRounds,
} from '../../../src/entrypoints/lambda/worker/run-rounds.ts';

function rounds(parts: Partial<RoundsParts>, remaining: () => number = () => 30_000) {
  const write = () => {};
  const invocation: Invocation = { functionName: 'f', requestId: 'r', isCold: true, remainingMs: remaining };
  return runRounds(
    {
      name: 'work',
      round: () => okAsync('idle'),
      log: jsonLogger({ level: 'silent', destination: { write } }),
      metrics: emfMetrics({ dimensions: {}, write, now: Date.now }),
      ...parts,
    },
    invocation,
  );
}

describe('the rounds of an invocation', () => {
  it('go on while there is more, or something is under way', async () => {
    let [left, underWay] = [3, 2];
    const result = await rounds({
      round: () => okAsync((left -= 1) > 0 ? 'more' : 'idle'),
      underWay: () => Promise.resolve((underWay -= 1) > 0),
    });
    expect(result).toEqual({ rounds: 4, left: false, batchItemFailures: [] });
  });

  it('end when little time is left, and say that there may be more', async () => {
    let remaining = 30_000;
    const result = await rounds(
      {
        round: () => {
          remaining -= 10_000;
          return okAsync('more');
        },
      },
      () => remaining,
    );
    expect(result).toMatchObject({ rounds: 3, left: true });
    expect(remaining).toBeLessThan(RESERVE_MS);
  });

  it('fail when the store does not answer, and give back what they hold all the same', async () => {
    let isReleased = false;
    const failed = rounds({
      round: () => errAsync({ kind: 'StorageUnavailable', cause: undefined }),
      atEnd: () => {
        isReleased = true;
        return Promise.resolve();
      },
    });
    await expect(failed).rejects.toThrow('does not answer');
    expect(isReleased).toBe(true);
  });
});
