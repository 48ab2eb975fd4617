import { errAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryQuotas } from '../../../src/adapters/memory/quotas.ts';
import {
  type AdmitPayment,
  blockOf,
  type RateLimited,
  rateLimit,
} from '../../../src/application/payments/rate-limit.ts';
import type { Merchant } from '../../../src/domain/merchants/merchant.ts';
import type { Quotas } from '../../../src/ports/quotas.ts';
import type { StorageUnavailable } from '../../../src/ports/unavailable.ts';
import { NOON } from '../../fixtures/changes.ts';
import { aMerchant } from '../../fixtures/merchants.ts';

type Take = ReturnType<Quotas['take']>;
type Outcome = 'ok' | RateLimited | StorageUnavailable;

/** Processes over one store, whose clocks are set by hand and whose calls can be replaced one by one. */
function aWorld() {
  const store = memoryQuotas();
  const clock = { at: NOON, now: () => clock.at };
  const calls: { merchant: string; kind: string; wanted: number }[] = [];
  const turns: ((call: () => Take) => Take)[] = [];
  const quotas: Quotas = {
    take(merchantId, window, wanted, limit) {
      calls.push({ merchant: merchantId, kind: window.kind, wanted });
      const call = () => store.take(merchantId, window, wanted, limit);
      return turns.shift()?.(call) ?? call();
    },
  };
  const aProcess = (): AdmitPayment => rateLimit({ quotas, clock });
  return { aProcess, clock, calls, turns };
}

const outcome = async (admitted: ReturnType<AdmitPayment>): Promise<Outcome> =>
  (await admitted).match(
    (): Outcome => 'ok',
    (failure): Outcome => failure,
  );

/** How many of `times` requests, each after the other, are admitted. */
async function admitted(admit: AdmitPayment, merchant: Merchant, times: number): Promise<number> {
  let count = 0;
  for (let n = 0; n < times; n += 1) if ((await admit(merchant)).isOk()) count += 1;
  return count;
}

const limited = (paymentsPerMinute: number, paymentsPerDay = 0, name = 'merchant-a') =>
  aMerchant(name, { rateLimits: { paymentsPerMinute, paymentsPerDay } });

const until = (ms: number): RateLimited => ({ kind: 'RateLimited', retryAfterMs: ms });

describe('rate limits', () => {
  it('ask the store nothing for a merchant without limits', async () => {
    const { aProcess, calls } = aWorld();
    expect(await admitted(aProcess(), limited(0), 50)).toBe(50);
    expect(calls).toEqual([]);
  });

  it('admit exactly the limit of a minute, and say when the next begins', async () => {
    const { aProcess, clock } = aWorld();
    const admit = aProcess();
    clock.at = NOON + 20_000;
    expect(await admitted(admit, limited(3), 3)).toBe(3);
    expect(await outcome(admit(limited(3)))).toEqual(until(40_000));
    clock.at = NOON + 59_999;
    expect(await outcome(admit(limited(3)))).toEqual(until(1));
    clock.at = NOON + 60_000;
    expect(await admitted(admit, limited(3), 5)).toBe(3);
  });

  it('admit exactly the limit of a UTC day, over its minutes', async () => {
    const { aProcess, clock } = aWorld();
    const admit = aProcess();
    expect(await admitted(admit, limited(2, 5), 9)).toBe(2);
    clock.at += 60_000;
    expect(await admitted(admit, limited(2, 5), 9)).toBe(2);
    clock.at += 60_000;
    expect(await admitted(admit, limited(2, 5), 9)).toBe(1);
    expect(await outcome(admit(limited(2, 5)))).toEqual(until(12 * 3_600_000 - 120_000));
    clock.at = NOON + 12 * 3_600_000;
    expect(await admitted(admit, limited(2, 5), 9)).toBe(2);
  });

  it('take nothing of the day for what the minute refuses', async () => {
    const { aProcess, calls } = aWorld();
    expect(await admitted(aProcess(), limited(2, 1_000), 9)).toBe(2);
    expect(calls.filter(({ kind }) => kind === 'day').reduce((sum, { wanted }) => sum + wanted, 0)).toBe(2);
  });

  it('ask no more once a window is used up', async () => {
    const { aProcess, calls } = aWorld();
    const admit = aProcess();
    await admitted(admit, limited(3), 4);
    const before = calls.length;
    await admitted(admit, limited(3), 100);
    expect(calls.length).toBe(before);
  });

  it('share one call between the requests of one merchant that come together', async () => {
    const { aProcess, calls } = aWorld();
    const admit = aProcess();
    const outcomes = await Promise.all(Array.from({ length: 150 }, () => outcome(admit(limited(100)))));
    expect(outcomes.filter((each) => each === 'ok')).toHaveLength(100);
    expect(calls).toEqual([{ merchant: 'merchant-a', kind: 'minute', wanted: 150 }]);
  });

  it('take large limits in blocks', async () => {
    const { aProcess, calls } = aWorld();
    const merchant = limited(60_000, 10_000_000);
    expect(blockOf('minute', 60_000)).toBe(600);
    expect(blockOf('day', 10_000_000)).toBe(10_000);
    expect(await admitted(aProcess(), merchant, 1_200)).toBe(1_200);
    expect(calls.filter(({ kind }) => kind === 'minute')).toHaveLength(2);
    expect(calls.filter(({ kind }) => kind === 'day')).toHaveLength(1);
  });

  it('are exact for small limits', () => {
    expect([1, 100, 199].map((limit) => blockOf('minute', limit))).toEqual([1, 1, 1]);
    expect([1, 100, 1_999].map((limit) => blockOf('day', limit))).toEqual([1, 1, 1]);
  });

  it('hold over many processes and restarts, and lose no more than a block for each', async () => {
    const { aProcess, clock } = aWorld();
    for (const limit of [1, 7, 199, 200, 1_000, 5_000]) {
      clock.at += 60_000;
      const merchant = limited(limit);
      let processes = Array.from({ length: 5 }, aProcess);
      let restarts = 0;
      let count = 0;
      for (let n = 0; n < limit + 200; n += 1) {
        if (n % 97 === 0) {
          processes = [...processes.slice(1), aProcess()];
          restarts += 1;
        }
        const admit = processes[n % processes.length];
        if (admit !== undefined && (await admit(merchant)).isOk()) count += 1;
      }
      expect(count).toBeLessThanOrEqual(limit);
      const ended = processes.length + restarts;
      expect(count).toBeGreaterThanOrEqual(limit - ended * (blockOf('minute', limit) - 1));
    }
  });

  it('never admit more while the clock steps back and forth over a minute', async () => {
    const { aProcess, clock } = aWorld();
    const admit = aProcess();
    const counts = [0, 0];
    for (let n = 0; n < 400; n += 1) {
      const window = (n >> 1) % 2;
      clock.at = NOON + window * 60_000;
      if ((await admit(limited(50))).isOk()) counts[window] = (counts[window] ?? 0) + 1;
    }
    expect(counts).toEqual([50, 50]);
  });

  it('hold a changed limit from the first request that sees it', async () => {
    const { aProcess } = aWorld();
    const admit = aProcess();
    expect(await admitted(admit, limited(5_000), 10)).toBe(10);
    // The block of 50 that was taken counts as spent.
    expect(await admitted(admit, limited(50), 10)).toBe(0);
    expect(await admitted(admit, limited(60), 20)).toBe(10);
    expect(await admitted(admit, limited(0), 10)).toBe(10);
  });

  it('let a merchant through whose neighbour waits for a silent store', async () => {
    const { aProcess, turns } = aWorld();
    const admit = aProcess();
    turns.push(() => ResultAsync.fromSafePromise(new Promise<never>(() => {})));
    const noisy = Array.from({ length: 100 }, () => outcome(admit(limited(10, 0, 'noisy'))));
    const quiet = limited(10, 0, 'quiet');
    expect(await admitted(admit, quiet, 10)).toBe(10);
    expect(await Promise.race([...noisy, Promise.resolve('still waiting')])).toBe('still waiting');
  });

  it('leave a silent call behind with its minute', async () => {
    const { aProcess, turns, clock } = aWorld();
    const admit = aProcess();
    turns.push(() => ResultAsync.fromSafePromise(new Promise<never>(() => {})));
    void outcome(admit(limited(10)));
    clock.at += 60_000;
    expect(await admitted(admit, limited(10), 11)).toBe(10);
  });

  it('admit no request while the store is away, and read it again for the next', async () => {
    const { aProcess, turns } = aWorld();
    const admit = aProcess();
    const unavailable: StorageUnavailable = { kind: 'StorageUnavailable', cause: 'gone' };
    turns.push(() => errAsync(unavailable));
    const outcomes = await Promise.all([1, 2, 3].map(() => outcome(admit(limited(10)))));
    expect(outcomes).toEqual([unavailable, unavailable, unavailable]);
    expect(await admitted(admit, limited(10), 11)).toBe(10);
  });

  it('survive a call that throws', async () => {
    const { aProcess, turns } = aWorld();
    const admit = aProcess();
    turns.push(() => {
      throw new Error('a defect');
    });
    await expect(outcome(admit(limited(10)))).rejects.toThrow('a defect');
    expect(await admitted(admit, limited(10), 11)).toBe(10);
  });

  it('spend a reply that was lost, never twice', async () => {
    const { aProcess, turns } = aWorld();
    const admit = aProcess();
    const lost: StorageUnavailable = { kind: 'StorageUnavailable', cause: 'reply lost' };
    turns.push((call) => call().andThen(() => errAsync(lost)));
    expect(await admitted(admit, limited(10), 20)).toBe(9);
  });
});
