import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it, vi } from 'vitest';
import { startFlushing } from '../../../src/entrypoints/worker/flush.ts';
import type { StorageUnavailable } from '../../../src/ports/unavailable.ts';
import { eventually } from '../../support/eventually.ts';

type Flush = () => ResultAsync<void, StorageUnavailable>;

/** A flusher that is asked every millisecond, and what it logs. */
function running(flush: Flush) {
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  return { log, worker: startFlushing({ flush, log, everyMs: 1 }) };
}

describe('the flusher', () => {
  it('flushes again and again, and once more when it is stopped', async () => {
    const flush = vi.fn<Flush>(() => okAsync(undefined));
    const { worker } = running(flush);
    await eventually(() => expect(flush.mock.calls.length).toBeGreaterThan(3));
    const before = flush.mock.calls.length;
    await worker.stop();
    expect(flush.mock.calls.length).toBe(before + 1);
    await new Promise((later) => setTimeout(later, 20));
    expect(flush.mock.calls.length).toBe(before + 1);
  });

  it('never flushes twice at a time, and waits for the last', async () => {
    const gate = Promise.withResolvers<void>();
    let ended = 0;
    const flush = vi.fn<Flush>(() =>
      ResultAsync.fromSafePromise<void, StorageUnavailable>(gate.promise).map(() => {
        ended += 1;
      }),
    );
    const { worker } = running(flush);
    await eventually(() => expect(flush).toHaveBeenCalled());
    await new Promise((later) => setTimeout(later, 20));
    expect(flush).toHaveBeenCalledTimes(1);
    const stopped = worker.stop();
    gate.resolve();
    await stopped;
    expect(ended).toBe(2);
  });

  it('goes on when the store is silent, and when something throws', async () => {
    const gone: StorageUnavailable = { kind: 'StorageUnavailable', cause: 'gone' };
    const results: Flush[] = [
      () => errAsync(gone),
      () => {
        throw new Error('a defect');
      },
    ];
    const flush = vi.fn<Flush>(() => results.shift()?.() ?? okAsync(undefined));
    const { worker, log } = running(flush);
    await eventually(() => expect(flush.mock.calls.length).toBeGreaterThan(3));
    await worker.stop();
    expect(log.warn).toHaveBeenCalledTimes(1);
    expect(log.error).toHaveBeenCalledTimes(1);
  });
});
