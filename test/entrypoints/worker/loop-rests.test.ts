import { errAsync, okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Round, type RunningWorker, startLoop } from '../../../src/entrypoints/worker/loop.ts';

type End = 'more' | 'done' | 'idle' | 'failed';

const log = { info: () => {}, warn: () => {}, error: () => {} };

describe('A loop that looks twice a second', () => {
  let end: End;
  let rounds: number;
  let signal: () => void;
  let worker: RunningWorker;

  beforeEach(() => {
    vi.useFakeTimers();
    end = 'idle';
    rounds = 0;
    const round: Round = () => {
      rounds += 1;
      return end === 'failed' ? errAsync({ kind: 'StorageUnavailable', cause: 'away' }) : okAsync(end);
    };
    worker = startLoop({
      name: 'test',
      round,
      pollMs: 500,
      restMs: 5_000,
      longestPauseMs: 10_000,
      subscribe(wake) {
        signal = wake;
        return () => {};
      },
      log,
      random: () => 0.5,
    });
  });
  afterEach(async () => {
    await worker.stop();
    vi.useRealTimers();
  });

  const roundsIn = async (ms: number): Promise<number> => {
    const before = rounds;
    await vi.advanceTimersByTimeAsync(ms);
    return rounds - before;
  };

  it('looks once in five once it has found nothing for thirty', async () => {
    expect(await roundsIn(30_000)).toBe(60);
    expect(await roundsIn(50_000)).toBe(10);
  });

  it('looks at once when it is woken, and twice a second from then on', async () => {
    await roundsIn(60_000);
    signal();
    expect(await roundsIn(0)).toBe(1);
    expect(await roundsIn(30_000)).toBe(60);
    expect(await roundsIn(50_000)).toBe(10);
  });

  it('looks twice a second while it finds work, be it little', async () => {
    end = 'done';
    expect(await roundsIn(120_000)).toBe(240);
    end = 'idle';
    expect(await roundsIn(30_000)).toBe(60);
    expect(await roundsIn(50_000)).toBe(10);
  });

  it('looks twice a second again after a round that found work while it rested', async () => {
    await roundsIn(60_000);
    end = 'done';
    await roundsIn(5_000);
    end = 'idle';
    expect(await roundsIn(10_000)).toBe(20);
  });

  it('rests no longer because the store was away', async () => {
    await roundsIn(60_000);
    end = 'failed';
    await roundsIn(60_000);
    end = 'idle';
    await roundsIn(10_000);
    expect(await roundsIn(10_000)).toBe(20);
  });
});
