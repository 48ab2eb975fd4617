import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { type RecoveryEnd, recoveryRound } from '../../../src/application/kernel/recovery-round.ts';
import { NOON } from '../../fixtures/changes.ts';

const LEASE_MS = 30_000;

/** Work that is due in the order of its numbers; `stuck` never moves, the rest is done once tried. */
function aQueue(size: number, stuck: (key: number) => boolean) {
  let now = NOON;
  const open = new Set(Array.from({ length: size }, (_, key) => key));
  const tried: number[] = [];
  let asked = 0;
  const round = recoveryRound<number>({
    clock: { now: () => now },
    leaseMs: LEASE_MS,
    due: (_, limit) => {
      asked = limit;
      return okAsync([...open].slice(0, limit));
    },
    nameOf: String,
    recover(key, moved) {
      tried.push(key);
      if (stuck(key)) return okAsync<RecoveryEnd>('waiting');
      open.delete(key);
      moved();
      return okAsync<RecoveryEnd>('settled');
    },
  });
  return {
    open,
    tried,
    asked: () => asked,
    pass: (ms: number) => {
      now += ms;
    },
    round: async (limit: number) => (await round(limit))._unsafeUnwrap(),
  };
}

describe('rounds of recovery', () => {
  it('reach what is due behind any number that cannot be moved', async () => {
    const queue = aQueue(300, (key) => key < 250);
    for (let turn = 0; turn < 6; turn += 1) await queue.round(50);
    expect([...queue.open]).toEqual(Array.from({ length: 250 }, (_, key) => key));
  });

  it('try one that could not be moved again when a lease is over, and not before', async () => {
    const queue = aQueue(1, () => true);
    expect(await queue.round(10)).toEqual({ due: 1, settled: 0, waiting: 1, skipped: 0, stuck: 0 });
    queue.pass(LEASE_MS - 1);
    expect((await queue.round(10)).due).toBe(0);
    queue.pass(1);
    expect((await queue.round(10)).due).toBe(1);
  });

  it('pass nothing over for longer because the clock stepped back', async () => {
    const queue = aQueue(1, () => true);
    await queue.round(10);
    queue.pass(-3_600_000);
    expect((await queue.round(10)).due).toBe(1);
  });

  it('remember a bounded number of what cannot be moved', async () => {
    const queue = aQueue(12_000, () => true);
    for (let turn = 0; turn < 14; turn += 1) await queue.round(1_000);
    expect(queue.asked()).toBeLessThanOrEqual(11_000);
  });
});
