import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Relayed, RelayFailure } from '../../../src/application/outbox/relay-events.ts';
import { startRelay } from '../../../src/entrypoints/worker/relay.ts';
import type { StorageUnavailable } from '../../../src/ports/unavailable.ts';

type Round = ResultAsync<Relayed, StorageUnavailable>;

const round = (parts: Partial<Relayed> = {}): Round =>
  okAsync({ lagsMs: [], retried: 0, parked: 0, failures: [], more: false, ...parts });
const silent = (): Round => errAsync({ kind: 'StorageUnavailable', cause: new Error('gone') });

/** A worker over scripted rounds, the last one repeated for ever; `at` collects when each began. */
function working(...script: readonly (() => Round)[]) {
  const started = Date.now();
  const at: number[] = [];
  const lines: unknown[] = [];
  const line = (facts: object, message: string) => lines.push({ ...facts, message });
  const recorded: Relayed[] = [];
  const state = { released: 0, subscribers: new Set<() => void>() };
  const worker = startRelay({
    share: {
      held: () => okAsync([1, 2]),
      rest: () => okAsync(undefined),
      release: () => {
        state.released += 1;
        return okAsync(undefined);
      },
    },
    relayEvents: (shards) => {
      expect(shards).toEqual([1, 2]);
      at.push(Date.now() - started);
      return (script[Math.min(at.length, script.length) - 1] as () => Round)();
    },
    subscribe: (wake) => {
      state.subscribers.add(wake);
      return () => state.subscribers.delete(wake);
    },
    record: (each) => recorded.push(each),
    log: { info: line, warn: line, error: line },
    random: () => 0.5,
  });
  const wake = () => {
    for (const each of state.subscribers) each();
  };
  return { worker, at, lines, recorded, state, wake };
}

describe('the relay worker', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('looks twice a second while there is nothing', async () => {
    const { worker, at, lines } = working(() => round());
    await vi.advanceTimersByTimeAsync(1_700);
    await worker.stop();
    expect(at).toEqual([0, 550, 1_100, 1_650]);
    expect(lines).toEqual([]);
  });

  it('looks at once when it is woken, and for many signals once', async () => {
    const { worker, at, wake } = working(() => round());
    await vi.advanceTimersByTimeAsync(100);
    for (let n = 0; n < 50; n += 1) wake();
    await vi.advanceTimersByTimeAsync(5);
    wake();
    await vi.advanceTimersByTimeAsync(100);
    await worker.stop();
    expect(at).toEqual([0, 100, 150]);
  });

  it('misses no signal that comes while a round is under way', async () => {
    const slow = Promise.withResolvers<Relayed>();
    const { worker, at, wake } = working(
      () => ResultAsync.fromSafePromise(slow.promise),
      () => round(),
    );
    wake();
    slow.resolve((await round())._unsafeUnwrap());
    await vi.advanceTimersByTimeAsync(55);
    await worker.stop();
    expect(at).toEqual([0, 50]);
  });

  it('goes on at once while there is more, and records every round', async () => {
    const { worker, at, recorded } = working(
      () => round({ more: true, lagsMs: [1, 2] }),
      () => round({ more: true }),
      () => round(),
    );
    await vi.advanceTimersByTimeAsync(100);
    await worker.stop();
    expect(at).toEqual([0, 0, 0]);
    expect(recorded.map(({ lagsMs }) => lagsMs.length)).toEqual([2, 0, 0]);
  });

  it('asks a silent store ever less often, woken or not, up to ten seconds', async () => {
    const { worker, at, lines, wake } = working(silent);
    for (let n = 0; n < 600; n += 1) {
      wake();
      await vi.advanceTimersByTimeAsync(100);
    }
    await worker.stop();
    expect(at.slice(0, 5)).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
    expect((at.at(-1) as number) - (at.at(-2) as number)).toBe(10_000);
    expect(lines[0]).toMatchObject({ code: 'StorageUnavailable' });
  });

  it('outlives a round that throws', async () => {
    const { worker, at, lines } = working(
      () => ResultAsync.fromSafePromise(Promise.reject(new Error('defect'))),
      () => round(),
    );
    await vi.advanceTimersByTimeAsync(1_100);
    await worker.stop();
    expect(at).toEqual([0, 1_000]);
    expect(lines).toMatchObject([{ message: 'relay round failed' }]);
  });

  it('logs failures in one line for each sink and reason, and what was parked', async () => {
    const refused: RelayFailure = { sink: 'a', kind: 'refused', cause: 'no' };
    const { worker, lines } = working(
      () =>
        round({
          parked: 2,
          failures: [
            refused,
            refused,
            { sink: 'b', kind: 'down', cause: new Error('x') },
            { sink: 'a', kind: 'defect', cause: new TypeError('y') },
          ],
        }),
      () => round(),
    );
    await vi.advanceTimersByTimeAsync(10);
    await worker.stop();
    expect(lines).toMatchObject([
      { sink: 'a', count: 2 },
      { sink: 'b', cause: { message: 'x' } },
      { sink: 'a', count: 1, defect: { message: 'y' } },
      { count: 2, message: 'events were parked after too many tries' },
    ]);
  });

  it('ends its round, gives its shards back and takes no more signals when it is stopped', async () => {
    const slow = Promise.withResolvers<Relayed>();
    const { worker, at, state } = working(() => ResultAsync.fromSafePromise(slow.promise));
    await vi.advanceTimersByTimeAsync(1_000);
    let stopped = false;
    const stopping = worker.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect([stopped, state.released, state.subscribers.size]).toEqual([false, 0, 0]);
    slow.resolve((await round())._unsafeUnwrap());
    await stopping;
    expect([at, state.released]).toEqual([[0], 1]);
  });

  it('stops at once while it rests', async () => {
    const { worker, at } = working(() => round());
    await vi.advanceTimersByTimeAsync(50);
    await worker.stop();
    expect(at).toEqual([0]);
  });
});
