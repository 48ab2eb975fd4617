import { errAsync, okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { untilEnded } from '../../../../src/entrypoints/http/console/until-ended.ts';

describe('a stream of the console', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function aStream(find: Parameters<typeof untilEnded>[1]) {
    const state = { canceled: false };
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(': hello\n\n')),
      cancel: () => void (state.canceled = true),
    });
    const reader = untilEnded(new Response(source), find).body?.getReader();
    if (reader === undefined) throw new Error('there is no body');
    return { reader, state };
  }

  it('is cut within fifteen seconds of the end of its session, and not by a store that is away', async () => {
    let found: ReturnType<Parameters<typeof untilEnded>[1]> = okAsync({});
    const { reader, state } = aStream(() => found);
    expect((await reader.read()).value?.toString()).toBe(Buffer.from(': hello\n\n').toString());
    found = errAsync({ kind: 'StorageUnavailable' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.canceled).toBe(false);
    found = okAsync(undefined);
    const end = reader.read();
    await vi.advanceTimersByTimeAsync(15_000);
    expect((await end).done).toBe(true);
    expect([state.canceled, vi.getTimerCount()]).toEqual([true, 0]);
  });

  it('leaves nothing running when its reader goes away', async () => {
    const { reader, state } = aStream(() => okAsync({}));
    await reader.cancel();
    expect([state.canceled, vi.getTimerCount()]).toEqual([true, 0]);
  });
});
