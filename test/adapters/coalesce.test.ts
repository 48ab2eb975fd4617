import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { coalesce } from '../../src/adapters/shared/coalesce.ts';
import { isOverloaded, LONGEST_WAIT_MS } from '../../src/adapters/shared/overload.ts';
import { trying } from '../domain/arbitraries.ts';

const tick = () => new Promise<void>((soon) => setImmediate(soon));

type Item = Readonly<{ n: number; keys: readonly string[] }>;

/** A run whose batches end only when they are let go, one at a time, in any order. */
function stepping(
  settings: Readonly<{ most: number; lanes: number; idempotentRequest?: boolean; mostWaiting?: number }>,
) {
  const batches: (readonly Item[])[] = [];
  const open = new Map<number, Readonly<{ end: () => void; fail: (fault: unknown) => void }>>();
  const call = coalesce<Item, number>({
    most: settings.most,
    lanes: settings.lanes,
    ...(settings.idempotentRequest ? { keysOf: ({ keys }: Item) => keys } : {}),
    ...(settings.mostWaiting === undefined ? {} : { mostWaiting: settings.mostWaiting }),
    run(items) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
      const index = batches.push(items) - 1;
      open.set(index, {
        end: () => {
          open.delete(index);
          resolve(items.map(({ n }) => n * 10));
        },
        fail: (fault) => {
          open.delete(index);
          reject(fault);
        },
      });
      return promise;
    },
  });
  return { call, batches, open };
}

const item = (n: number, ...keys: string[]): Item => ({ n, keys });
const numbers = (batches: readonly (readonly Item[])[]) => batches.map((batch) => batch.map(({ n }) => n));

describe('coalesced calls', () => {
  it('leave with their tick while a lane is free', async () => {
    const { call, batches, open } = stepping({ most: 10, lanes: 1 });
    const both = Promise.all([call(item(1)), call(item(2))]);
    await tick();
    expect(numbers(batches)).toEqual([[1, 2]]);
    open.get(0)?.end();
    expect(await both).toEqual([10, 20]);
  });

  it('gather while all lanes are busy, up to the most a batch may hold', async () => {
    const { call, batches, open } = stepping({ most: 3, lanes: 2 });
    const first = [call(item(1))];
    await tick();
    first.push(call(item(2)));
    await tick();
    const rest = [3, 4, 5, 6, 7].map((n) => call(item(n)));
    await tick();
    expect(numbers(batches)).toEqual([[1], [2]]);
    open.get(1)?.end();
    await tick();
    expect(numbers(batches)).toEqual([[1], [2], [3, 4, 5]]);
    open.get(0)?.end();
    open.get(2)?.end();
    await tick();
    open.get(3)?.end();
    expect(await Promise.all([...first, ...rest])).toEqual([10, 20, 30, 40, 50, 60, 70]);
  });

  it('are rejected with their own batch only, and the next batch goes on', async () => {
    const { call, batches, open } = stepping({ most: 2, lanes: 1 });
    const calls = [1, 2, 3, 4].map((n) => call(item(n)));
    const outcomes = Promise.allSettled(calls);
    await tick();
    open.get(0)?.fail(new Error('lost'));
    await tick();
    open.get(1)?.end();
    expect((await outcomes).map((each) => (each.status === 'fulfilled' ? each.value : each.status))).toEqual([
      'rejected',
      'rejected',
      30,
      40,
    ]);
    expect(numbers(batches)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('are rejected, and hold no lane, when the run throws instead of answering', async () => {
    let runs = 0;
    const call = coalesce<number, number>({
      most: 1,
      lanes: 1,
      run(items) {
        runs += 1;
        if (runs === 1) throw new Error('at once');
        return Promise.resolve(items);
      },
    });
    await expect(call(1)).rejects.toThrow('at once');
    expect(await call(2)).toBe(2);
  });

  it('that share a key go one batch after the other, in order', async () => {
    const { call, batches, open } = stepping({ most: 10, lanes: 1, idempotentRequest: true });
    const calls = [
      call(item(1, 'a')),
      call(item(2, 'a', 'b')),
      call(item(3, 'b')),
      call(item(4, 'c')),
      call(item(5)),
    ];
    await tick();
    open.get(0)?.end();
    await tick();
    open.get(1)?.end();
    await tick();
    open.get(2)?.end();
    expect(await Promise.all(calls)).toEqual([10, 20, 30, 40, 50]);
    expect(numbers(batches)).toEqual([[1, 4, 5], [2], [3]]);
  });

  const history = fc.record({
    most: fc.integer({ min: 1, max: 5 }),
    lanes: fc.integer({ min: 1, max: 3 }),
    turns: fc.array(
      fc.oneof(
        fc.record({ keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }) }),
        fc.record({ end: fc.nat({ max: 5 }), fails: fc.boolean() }),
        fc.constant('tick' as const),
      ),
      { maxLength: 60 },
    ),
  });

  it('in any history each call gets its own result, within lanes and sizes, in order by key, and none starves', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ most, lanes, turns }) => {
        const { call, batches, open } = stepping({ most, lanes, idempotentRequest: true });
        const outcomes: Promise<PromiseSettledResult<number>>[] = [];
        const failed = new Set<number>();
        const finish = (index: number | undefined, fails: boolean) => {
          if (index === undefined) return;
          if (fails) for (const { n } of batches[index] ?? []) failed.add(n);
          const batch = open.get(index);
          if (fails) batch?.fail(new Error('lost'));
          else batch?.end();
        };
        for (const turn of turns) {
          if (turn === 'tick') await tick();
          else if ('keys' in turn) {
            const settled = Promise.allSettled([call(item(outcomes.length, ...turn.keys))]);
            outcomes.push(settled.then(([one]) => one));
          } else finish([...open.keys()][turn.end % Math.max(open.size, 1)], turn.fails);
          expect(open.size).toBeLessThanOrEqual(lanes);
        }
        for (await tick(); open.size > 0; await tick()) finish([...open.keys()][0], false);

        for (const [n, outcome] of (await Promise.all(outcomes)).entries())
          expect(outcome.status === 'fulfilled' ? outcome.value : 'failed').toBe(
            failed.has(n) ? 'failed' : n * 10,
          );
        expect(
          batches
            .flat()
            .map(({ n }) => n)
            .toSorted((a, b) => a - b),
        ).toEqual(outcomes.map((_, n) => n));
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(most);
          const keys = batch.flatMap((each) => each.keys);
          expect(new Set(keys).size).toBe(keys.length);
        }
        for (const key of ['a', 'b', 'c']) {
          const order = batches.flat().filter(({ keys }) => keys.includes(key));
          expect(numbers([order])[0]).toEqual(order.map(({ n }) => n).toSorted((a, b) => a - b));
        }
      }),
      trying(150),
    );
  });

  it('of one key behind a stream of others take their turn', async () => {
    const { call, batches, open } = stepping({ most: 2, lanes: 1, idempotentRequest: true });
    const calls = [call(item(0, 'hot'))];
    await tick();
    calls.push(call(item(1, 'hot')));
    for (let n = 2; n < 60; n += 1) calls.push(call(item(n, `k${n}`)));
    open.get(0)?.end();
    await tick();
    expect(numbers(batches)[1]).toEqual([1, 2]);
    for (let index = 1; open.size > 0; index += 1) {
      open.get(index)?.end();
      await tick();
    }
    expect(await Promise.all(calls)).toHaveLength(60);
  });
});

describe('coalesced calls while the store is stopped', () => {
  afterEach(() => vi.useRealTimers());

  /** What became of each call so far: its result, `overloaded`, or undefined while it waits. */
  function watched(calls: readonly Promise<number>[]): readonly (number | string | undefined)[] {
    const seen: (number | string | undefined)[] = calls.map(() => undefined);
    for (const [index, each] of calls.entries())
      each.then(
        (result) => {
          seen[index] = result;
        },
        (fault: unknown) => {
          seen[index] = isOverloaded(fault) ? 'overloaded' : 'failed';
        },
      );
    return seen;
  }

  it('are refused at once when as many wait as may, and never begun', async () => {
    const { call, batches, open } = stepping({ most: 2, lanes: 1, mostWaiting: 3 });
    const seen = watched([call(item(1))]);
    await tick();
    const waiting = watched([2, 3, 4].map((n) => call(item(n))));
    const beyond = watched([5, 6].map((n) => call(item(n))));
    await tick();
    expect([...seen, ...waiting]).toEqual([undefined, undefined, undefined, undefined]);
    expect(beyond).toEqual(['overloaded', 'overloaded']);
    for (let index = 0; open.size > 0; index += 1) {
      open.get(index)?.end();
      await tick();
    }
    expect([...seen, ...waiting]).toEqual([10, 20, 30, 40]);
    expect(numbers(batches)).toEqual([[1], [2, 3], [4]]);
  });

  it.each([false, true])(
    'are refused when they have waited too long, and never begun (by key: %s)',
    async (byKey) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      const { call, batches, open } = stepping({ most: 10, lanes: 1, idempotentRequest: byKey });
      const begun = watched([call(item(1, 'a'))]);
      await tick();
      const early = watched([2, 3].map((n) => call(item(n, 'a'))));
      await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS - 1_000);
      const later = watched([call(item(4, 'b'))]);
      await vi.advanceTimersByTimeAsync(999);
      expect([...early, ...later]).toEqual([undefined, undefined, undefined]);
      await vi.advanceTimersByTimeAsync(2);
      expect([...begun, ...early, ...later]).toEqual([undefined, 'overloaded', 'overloaded', undefined]);
      open.get(0)?.end();
      await tick();
      open.get(1)?.end();
      await tick();
      expect([...begun, ...later]).toEqual([10, 40]);
      expect(numbers(batches)).toEqual([[1], [4]]);
      const last = watched([call(item(5))]);
      await tick();
      await vi.advanceTimersByTimeAsync(2 * LONGEST_WAIT_MS);
      expect(last).toEqual([undefined]);
    },
  );
});
