import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Recovered, RecoveryRound } from '../../../src/application/kernel/recovery-round.ts';
import { startRecovery } from '../../../src/entrypoints/worker/recovery.ts';
import type { StorageUnavailable } from '../../../src/ports/unavailable.ts';

type Round = ReturnType<RecoveryRound>;

const rounds = (settled: number): Round =>
  okAsync({ due: settled, settled, waiting: 0, skipped: 0, stuck: 0 });
const unavailable = (): Round =>
  errAsync<Recovered, StorageUnavailable>({ kind: 'StorageUnavailable', cause: new Error('gone') });

/** A worker over scripted rounds, the last one repeated for ever; `at` collects when each began. */
function working(...script: readonly (() => Round)[]) {
  const started = Date.now();
  const at: number[] = [];
  const lines: unknown[] = [];
  const line = (facts: object, message: string) => lines.push({ ...facts, message });
  const worker = startRecovery({
    name: 'payment recovery',
    recover: () => {
      at.push(Date.now() - started);
      return (script[Math.min(at.length, script.length) - 1] as () => Round)();
    },
    log: { info: line, warn: line, error: line },
    random: () => 0.5,
  });
  return { worker, at, lines };
}

describe('the recovery worker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('looks once a second while there is nothing', async () => {
    const { worker, at, lines } = working(() => rounds(0));
    await vi.advanceTimersByTimeAsync(3_500);
    await worker.stop();
    expect(at).toEqual([0, 1_000, 2_000, 3_000]);
    expect(lines).toEqual([]);
  });

  it('looks again at once while it settles something', async () => {
    const { worker, at, lines } = working(
      () => rounds(100),
      () => rounds(7),
      () => rounds(0),
    );
    await vi.advanceTimersByTimeAsync(500);
    await worker.stop();
    expect(at).toEqual([0, 0, 0]);
    expect(lines).toMatchObject([{ due: 100, settled: 100 }, { settled: 7 }]);
  });

  it('asks a dead store ever less often, and as before once it is back', async () => {
    const { worker, at, lines } = working(unavailable, unavailable, () => rounds(0));
    await vi.advanceTimersByTimeAsync(7_500);
    await worker.stop();
    expect(at).toEqual([0, 2_000, 6_000, 7_000]);
    expect(lines).toMatchObject([{ code: 'StorageUnavailable' }, { code: 'StorageUnavailable' }]);
  });

  it('waits half a minute at most', async () => {
    const { worker, at } = working(unavailable);
    await vi.advanceTimersByTimeAsync(600_000);
    await worker.stop();
    expect((at.at(-1) as number) - (at.at(-2) as number)).toBe(30_000);
  });

  it('outlives a round that throws', async () => {
    const { worker, at, lines } = working(
      () => ResultAsync.fromSafePromise(Promise.reject(new Error('defect'))),
      () => rounds(0),
    );
    await vi.advanceTimersByTimeAsync(2_500);
    await worker.stop();
    expect(at).toEqual([0, 2_000]);
    expect(lines).toMatchObject([{ message: 'payment recovery round failed' }]);
  });

  it('never begins a round while one is under way, and finishes it before it stops', async () => {
    const slow = Promise.withResolvers<Recovered>();
    const { worker, at } = working(() => ResultAsync.fromSafePromise(slow.promise));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at).toEqual([0]);
    let stopped = false;
    const stopping = worker.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stopped).toBe(false);
    slow.resolve({ due: 1, settled: 1, waiting: 0, skipped: 0, stuck: 0 });
    await stopping;
    expect(at).toEqual([0]);
  });

  it('stops at once while it rests', async () => {
    const { worker, at } = working(() => rounds(0));
    await vi.advanceTimersByTimeAsync(10);
    await worker.stop();
    expect(at).toEqual([0]);
  });
});
