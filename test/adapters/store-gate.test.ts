import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withRetry } from '../../src/adapters/dynamodb/faults.ts';
import { retried } from '../../src/adapters/postgres/faults.ts';
import { coalesce } from '../../src/adapters/shared/coalesce.ts';
import { isOverloaded } from '../../src/adapters/shared/overload.ts';
import { PING_EVERY_MS, PING_MS, SUSPECT_MS, storeGate } from '../../src/adapters/shared/store-gate.ts';
import { IN_FLIGHT_LIMITS } from '../../src/entrypoints/http/server/server-limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** One more, for what a timer leaves for right after it. */
const UNTIL_SILENT_MS = SUSPECT_MS + PING_MS + 1;
const pass = (lengthMs: number) => vi.advanceTimersByTimeAsync(lengthMs);

/** A store that answers when it is let, and its gate. Pings take `pingMs`; none is answered while that is undefined. */
function aStore({ most = 2, mostWaiting = 3 } = {}) {
  const state: { pingMs?: number; pings: number } = { pings: 0 };
  const gate = storeGate({
    most,
    mostWaiting,
    ping: () => {
      state.pings += 1;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (state.pingMs === undefined) setTimeout(reject, 5_000, new Error('no answer'));
      else setTimeout(resolve, state.pingMs);
      return promise;
    },
    isAnswer: (fault) => (fault as Error).message === 'refused by the store',
  });
  const begun: string[] = [];
  const outcomes: string[] = [];
  const open = new Map<string, Readonly<{ end: () => void; fail: (words: string) => void }>>();
  const call = (name: string) => {
    const asked = gate.pass(() =>
      gate.ask(() => {
        begun.push(name);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        open.set(name, { end: resolve, fail: (words) => reject(new Error(words)) });
        return promise;
      }),
    );
    asked.then(
      () => outcomes.push(`${name} done`),
      (fault: unknown) => outcomes.push(`${name} ${isOverloaded(fault) ? 'refused' : 'failed'}`),
    );
  };
  return { gate, state, begun, outcomes, call, end: (name: string) => open.get(name)?.end(), open };
}

describe('the gate of a store', () => {
  it('lets so many calls begin at once, and the next in the order they came', async () => {
    const { call, begun, outcomes, end } = aStore();
    for (const name of ['a', 'b', 'c', 'd']) call(name);
    await pass(0);
    expect(begun).toEqual(['a', 'b']);
    end('b');
    await pass(0);
    expect(begun).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c']) end(name);
    await pass(0);
    end('d');
    await pass(0);
    expect(outcomes).toEqual(['b done', 'a done', 'c done', 'd done']);
  });

  it('refuses a call that finds too many waiting, or that has waited too long while others are answered', async () => {
    const { call, begun, outcomes, state } = aStore();
    state.pingMs = 10;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) call(name);
    await pass(0);
    expect(outcomes).toEqual(['f refused']);
    await pass(5_000);
    expect(outcomes).toEqual(['f refused', 'c refused', 'd refused', 'e refused']);
    expect(begun).toEqual(['a', 'b']);
  });

  it('takes a store that owes an answer for silent when it does not answer a ping, and begins nothing then', async () => {
    const { call, begun, outcomes } = aStore();
    for (const name of ['a', 'b', 'c']) call(name);
    await pass(UNTIL_SILENT_MS - 2);
    expect(outcomes).toEqual([]);
    await pass(2);
    expect(outcomes).toEqual(['c refused']);
    call('d');
    await pass(0);
    expect(outcomes).toEqual(['c refused', 'd refused']);
    expect(begun).toEqual(['a', 'b']);
  });

  it('says so within two seconds, and no request waits longer for its turn behind those that are at the store', () => {
    expect(UNTIL_SILENT_MS).toBeLessThan(2_000);
    expect(IN_FLIGHT_LIMITS.maxWaitMs).toBeLessThan(2_000);
  });

  it('does not take a store for silent that is long at one call and answers pings', async () => {
    const { call, begun, state } = aStore();
    state.pingMs = PING_MS - 1;
    call('slow');
    await pass(20 * UNTIL_SILENT_MS);
    call('b');
    await pass(0);
    expect(begun).toEqual(['slow', 'b']);
    expect(state.pings).toBeGreaterThan(5);
  });

  it('does not take a store for silent whose answer has arrived while the process stood still', async () => {
    const gate = storeGate({
      most: 1,
      mostWaiting: 1,
      // The timer of the gate comes first, and what has arrived behind it.
      ping: () => new Promise((answer) => void setTimeout(() => setImmediate(answer), PING_MS)),
      isAnswer: () => false,
    });
    void gate.pass(() => new Promise(() => {}));
    const refused: string[] = [];
    gate.onSilence(() => void refused.push('refused'));
    await pass(UNTIL_SILENT_MS);
    expect([gate.isSilent(), refused]).toEqual([false, []]);
    gate.close();
  });

  it('does not ask a store that answers its calls', async () => {
    const { call, end, state } = aStore();
    call('slow');
    for (let n = 0; n < 20; n += 1) {
      call(`${n}`);
      await pass(SUSPECT_MS - 1);
      end(`${n}`);
      await pass(0);
    }
    expect(state.pings).toBe(0);
  });

  it('counts what the store refuses as an answer, and a connection that breaks as none', async () => {
    const { call, open, gate } = aStore();
    call('a');
    call('b');
    await pass(SUSPECT_MS);
    open.get('a')?.fail('refused by the store');
    await pass(PING_MS);
    expect(gate.isSilent()).toBe(false);
    call('c');
    await pass(SUSPECT_MS);
    open.get('c')?.fail('connection lost');
    await pass(PING_MS + 1);
    expect(gate.isSilent()).toBe(true);
  });

  it('opens when a ping is answered, soon after the store goes on', async () => {
    const { call, begun, gate, state } = aStore();
    call('a');
    await pass(60_000);
    expect(gate.isSilent()).toBe(true);
    state.pingMs = 10;
    // The ping that was under way when the store went on may fail first.
    await pass(5_000 + PING_EVERY_MS + 10);
    expect(gate.isSilent()).toBe(false);
    call('b');
    await pass(0);
    expect(begun).toEqual(['a', 'b']);
  });

  it('opens as soon as a call is answered that it had when it fell silent', async () => {
    const { call, end, gate } = aStore();
    call('a');
    await pass(60_000);
    end('a');
    await pass(0);
    expect(gate.isSilent()).toBe(false);
  });

  it('has one ping under way at a time, however long the store is silent', async () => {
    const { call, state } = aStore();
    call('a');
    await pass(60_000);
    expect(state.pings).toBeLessThanOrEqual(60_000 / 5_000);
  });

  it('falls silent again when the store does', async () => {
    const { call, end, gate } = aStore();
    call('a');
    await pass(UNTIL_SILENT_MS);
    end('a');
    await pass(10_000);
    expect(gate.isSilent()).toBe(false);
    call('b');
    await pass(UNTIL_SILENT_MS + PING_EVERY_MS);
    expect(gate.isSilent()).toBe(true);
  });

  it('asks nothing any more once it is closed', async () => {
    const { call, gate, state } = aStore();
    call('a');
    await pass(UNTIL_SILENT_MS);
    gate.close();
    await pass(5_000);
    const { pings } = state;
    await pass(60_000);
    expect(state.pings).toBe(pings);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('calls that share a trip to a silent store', () => {
  it('are refused while they wait, and at once when they come later, until the store answers', async () => {
    const { gate } = aStore();
    const trips: Readonly<{ end: () => void }>[] = [];
    const call = coalesce<number, number>({
      most: 1,
      lanes: 1,
      gate,
      run: (items) =>
        gate.pass(() =>
          gate.ask(() => {
            const { promise, resolve } = Promise.withResolvers<readonly number[]>();
            trips.push({ end: () => resolve(items) });
            return promise;
          }),
        ),
    });
    const first = call(1);
    const second = call(2);
    const refused = expect(second).rejects.toSatisfy(isOverloaded);
    await pass(UNTIL_SILENT_MS);
    await refused;
    await expect(call(3)).rejects.toSatisfy(isOverloaded);
    trips[0]?.end();
    expect(await first).toBe(1);
    const fourth = call(4);
    await pass(0);
    trips[1]?.end();
    expect(await fourth).toBe(4);
  });
});

describe('a call that is at a store when it falls silent', () => {
  const TIMEOUT_MS = 10_000;

  it('of Postgres waits for one time-out of its query, and is not asked again', async () => {
    const { gate } = aStore();
    let asked = 0;
    const call = retried(() =>
      gate.pass(() =>
        gate.ask(async () => {
          asked += 1;
          await new Promise((_, reject) => {
            setTimeout(reject, TIMEOUT_MS, new Error('Query read timeout'));
          });
        }),
      ),
    );
    const failed = expect(call).rejects.toThrow('Query read timeout');
    await pass(TIMEOUT_MS);
    await failed;
    expect(asked).toBe(1);
  });

  it('of Postgres that breaks instead is refused by the gate when it is tried again', async () => {
    const { gate } = aStore();
    const call = retried(() =>
      gate.pass(() =>
        gate.ask(async () => {
          await new Promise((_, reject) => {
            setTimeout(reject, 3_000, new Error('Connection terminated'));
          });
        }),
      ),
    );
    const failed = expect(call).rejects.toSatisfy(isOverloaded);
    await pass(3_100);
    await failed;
  });

  it('of DynamoDB waits for one time-out of its request, and is not asked again', async () => {
    const { gate } = aStore();
    let asked = 0;
    const call = withRetry({ underWay: new Set(), gate }, async () => {
      asked += 1;
      await new Promise((_, reject) => {
        setTimeout(reject, 3_000, Object.assign(new Error('silence'), { name: 'TimeoutError' }));
      });
    });
    const failed = expect(call).rejects.toThrow('silence');
    await pass(3_000);
    await failed;
    expect(asked).toBe(1);
  });
});
