import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_SCORER_TERMS, guardedFraudScorer } from '../../src/adapters/fraud/guarded.ts';
import type { FraudScorer } from '../../src/ports/approvals/fraud-scorer.ts';
import { aPricedOrder } from '../fixtures/approvals.ts';
import { NOON } from '../fixtures/changes.ts';

const order = aPricedOrder();
const assessment = { score: 695, reasons: [] };
const never = ResultAsync.fromSafePromise<never>(new Promise(() => {}));

/** A scorer that counts what reaches it, behind the guard. */
function guarded(response: FraudScorer['score']) {
  let asked = 0;
  const scorer = guardedFraudScorer(
    {
      score: (...question) => {
        asked += 1;
        return response(...question);
      },
    },
    DEFAULT_SCORER_TERMS,
  );
  return { ask: () => scorer.score(order, NOON), asked: () => asked };
}

describe('a guarded fraud scorer', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('passes a score on', async () => {
    expect((await guarded(() => okAsync(assessment)).ask())._unsafeUnwrap()).toEqual(assessment);
  });

  it('is away after 5 s without a score, and not before', async () => {
    const { ask } = guarded(() => never);
    let over = false;
    const asking = Promise.resolve(ask()).finally(() => {
      over = true;
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await asking)._unsafeUnwrapErr().kind).toBe('ScorerUnavailable');
  });

  it('is away when the scorer is, or throws', async () => {
    const cause = new Error('down');
    const down = guarded(() => errAsync({ kind: 'ScorerUnavailable', cause }));
    expect((await down.ask())._unsafeUnwrapErr()).toEqual({ kind: 'ScorerUnavailable', cause });
    const broken = guarded(() => {
      throw cause;
    });
    expect((await broken.ask())._unsafeUnwrapErr()).toEqual({ kind: 'ScorerUnavailable', cause });
  });

  it('asks no more after failures in a row, and again after a while', async () => {
    const responses = Array.from({ length: 5 }, () => errAsync({ kind: 'ScorerUnavailable' as const }));
    const { ask, asked } = guarded(() => responses.shift() ?? okAsync(assessment));
    for (let n = 0; n < 8; n += 1) expect((await ask()).isErr()).toBe(true);
    expect(asked()).toBe(5);
    await vi.advanceTimersByTimeAsync(DEFAULT_SCORER_TERMS.staysOpenMs);
    expect((await ask()).isOk()).toBe(true);
    expect((await ask()).isOk()).toBe(true);
  });
});
