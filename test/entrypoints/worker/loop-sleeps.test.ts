import { errAsync, okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Round, type RunningWorker, startLoop } from '../../../src/entrypoints/worker/loop.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };
const SLEEP_MS = 300_000;

describe('A loop that may sleep', () => {
  let finds: 'done' | 'idle';
  let awaited: boolean | 'unknown';
  let rounds: number;
  let looks: number;
  let furthestMs: number;
  let sleeps: number;
  let signal: () => void;
  let begin: () => void;
  let duringLook: () => void;
  let worker: RunningWorker;

  beforeEach(async () => {
    vi.useFakeTimers();
    [finds, awaited, rounds, looks, furthestMs, sleeps] = ['idle', false, 0, 0, 0, 0];
    duringLook = () => {};
    const round: Round = () => {
      rounds += 1;
      return okAsync(finds);
    };
    worker = startLoop({
      name: 'test',
      round,
      pollMs: 500,
      restMs: 5_000,
      longestPauseMs: 10_000,
      sleep: {
        isAwaited(withinMs) {
          looks += 1;
          furthestMs = withinMs;
          duringLook();
          return awaited === 'unknown'
            ? errAsync({ kind: 'StorageUnavailable', cause: 'away' })
            : okAsync(awaited);
        },
        begins() {
          sleeps += 1;
          return okAsync(undefined);
        },
      },
      subscribe(wake) {
        signal = wake;
        return () => {};
      },
      watch(wake) {
        begin = wake;
        return () => {};
      },
      log,
      random: () => 0.5,
    });
    await vi.advanceTimersByTimeAsync(30_000);
  });
  afterEach(async () => {
    await worker.stop();
    vi.useRealTimers();
  });

  const over = async (ms: number) => {
    const before = { rounds, looks };
    await vi.advanceTimersByTimeAsync(ms);
    return { rounds: rounds - before.rounds, looks: looks - before.looks };
  };

  it('makes no round once it has found nothing for thirty seconds, and looks once in five minutes', async () => {
    expect({ rounds, looks, sleeps }).toEqual({ rounds: 60, looks: 1, sleeps: 1 });
    expect(await over(12 * SLEEP_MS)).toEqual({ rounds: 0, looks: 12 });
  });

  it('looks within seconds where the clock was set, or the machine was suspended and its timers with it', async () => {
    await over(60_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(await over(10_000)).toEqual({ rounds: 0, looks: 1 });
    expect(await over(SLEEP_MS - 20_000)).toEqual({ rounds: 0, looks: 0 });
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(await over(10_000)).toEqual({ rounds: 0, looks: 1 });
  });

  it('looks ahead for longer than it may sleep', () => {
    expect(furthestMs).toBeGreaterThan(1.25 * SLEEP_MS);
  });

  it('looks by itself for longer after it was woken than one signal stands for others', async () => {
    signal();
    expect(await over(29_500)).toEqual({ rounds: 60, looks: 0 });
    expect(await over(SLEEP_MS)).toEqual({ rounds: 0, looks: 1 });
  });

  it('makes rounds five seconds apart while something is awaited, and sleeps when that is over', async () => {
    awaited = true;
    expect(await over(SLEEP_MS + 60_000 - 1)).toEqual({ rounds: 12, looks: 1 });
    expect(await over(60_000)).toEqual({ rounds: 12, looks: 1 });
    awaited = false;
    expect(await over(SLEEP_MS)).toEqual({ rounds: 0, looks: 1 });
  });

  it('is awake after a round that found something while something was awaited', async () => {
    awaited = true;
    await over(SLEEP_MS - 1);
    finds = 'done';
    await over(1);
    finds = 'idle';
    expect(await over(29_999)).toEqual({ rounds: 59, looks: 0 });
  });

  it('makes rounds for a minute once something was begun, and looks then whether it is left open', async () => {
    begin();
    expect(await over(59_999)).toEqual({ rounds: 12, looks: 0 });
    awaited = true;
    expect(await over(1)).toEqual({ rounds: 1, looks: 1 });
  });

  it('is not in a hurry for what was begun while it makes rounds', async () => {
    begin();
    await over(0);
    for (let n = 0; n < 100; n += 1) begin();
    expect(await over(4_999)).toEqual({ rounds: 0, looks: 0 });
  });

  it.each(['signal', 'begin'] as const)(
    'does not sleep over a %s that comes while it looks',
    async (which) => {
      duringLook = () => (which === 'signal' ? signal() : begin());
      await over(SLEEP_MS);
      duringLook = () => {};
      expect((await over(20_000)).rounds).toBeGreaterThanOrEqual(4);
    },
  );

  it('makes rounds again where the store does not say whether anything is awaited', async () => {
    awaited = 'unknown';
    await over(SLEEP_MS);
    expect((await over(20_000)).rounds).toBeGreaterThan(30);
  });

  it('can be stopped in its sleep', async () => {
    await worker.stop();
    expect(await over(SLEEP_MS)).toEqual({ rounds: 0, looks: 0 });
  });
});
