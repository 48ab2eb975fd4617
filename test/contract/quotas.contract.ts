import { beforeEach, describe, expect, it } from 'vitest';
import { QUOTA_WINDOW_MS, type QuotaWindow } from '../../src/ports/quotas.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';

const merchantId = aMerchantId();
const minute: QuotaWindow = { kind: 'minute', start: NOON };
const day: QuotaWindow = { kind: 'day', start: NOON - 12 * 3_600_000 };

/** What every `Quotas` adapter promises. */
export function quotasContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Quotas contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const take = async (wanted: number, limit: number, window = minute, of = merchantId) =>
      (await storage.quotas.take(of, window, wanted, limit))._unsafeUnwrap();

    it('gives what is wanted, then the rest, then nothing', async () => {
      expect(await take(4, 10)).toBe(4);
      expect(await take(4, 10)).toBe(4);
      expect(await take(4, 10)).toBe(2);
      expect(await take(4, 10)).toBe(0);
      expect(await take(1, 10)).toBe(0);
    });

    it('gives no more than the limit to a first take that wants more', async () => {
      expect(await take(25, 10)).toBe(10);
      expect(await take(1, 10)).toBe(0);
    });

    it('counts each merchant, kind and window apart', async () => {
      await take(5, 5);
      expect(await take(5, 5, minute, aMerchantId('merchant-b'))).toBe(5);
      expect(await take(5, 5, day)).toBe(5);
      expect(await take(5, 5, { kind: 'minute', start: NOON + 60_000 })).toBe(5);
      expect(await take(5, 5)).toBe(0);
      expect(await take(5, 5, day)).toBe(0);
    });

    it('finds the count of an older window again', async () => {
      await take(5, 5);
      for (let n = 1; n <= 30; n += 1) await take(1, 5, { kind: 'minute', start: NOON + n * 60_000 });
      expect(await take(1, 5)).toBe(0);
    });

    it('counts on when the limit is raised, and gives nothing more when it is lowered', async () => {
      expect(await take(6, 6)).toBe(6);
      expect(await take(1, 3)).toBe(0);
      expect(await take(1, 8)).toBe(1);
      expect(await take(1, 8)).toBe(1);
      expect(await take(1, 8)).toBe(0);
    });

    it('counts beyond 32 bits', async () => {
      const much = 5_000_000_000;
      expect(await take(much, 2 * much)).toBe(much);
      expect(await take(much, 2 * much)).toBe(much);
      expect(await take(much, 2 * much)).toBe(0);
    });

    it('gives exactly the limit to many who take at once', async () => {
      const wanted = [1, 2, 3, 5, 7];
      const granted = await Promise.all(
        Array.from({ length: 100 }, (_, n) => take(wanted[n % wanted.length] ?? 1, 200)),
      );
      expect(granted.reduce((sum, each) => sum + each, 0)).toBe(200);
    });

    it('still counts right after more windows than it keeps', async () => {
      for (let n = 0; n < 70; n += 1) {
        const window: QuotaWindow = { kind: 'minute', start: NOON + n * QUOTA_WINDOW_MS.minute };
        expect(await take(2, 3, window)).toBe(2);
        expect(await take(2, 3, window)).toBe(1);
      }
    });
  });
}
