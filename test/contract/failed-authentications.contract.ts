import { beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';

const merchantId = aMerchantId();
const MINUTE = 60_000;

/** What every `FailedAuthenticationCounts` adapter promises. */
export function failedAuthenticationsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`FailedAuthenticationCounts contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const add = async (minute: number, count: number, of = merchantId) =>
      (await storage.failedAuthentications.add(of, minute, count))._unsafeUnwrap();
    const list = async (from: number, to: number, of = merchantId) =>
      (await storage.failedAuthentications.list(of, from, to))._unsafeUnwrap();

    it('adds up a minute and lists minutes from oldest to newest, both ends included', async () => {
      await add(NOON + 2 * MINUTE, 1);
      await add(NOON, 2);
      await add(NOON, 3);
      await add(NOON + 3 * MINUTE, 9);
      expect(await list(NOON, NOON + 2 * MINUTE)).toEqual([
        { minute: NOON, count: 5 },
        { minute: NOON + 2 * MINUTE, count: 1 },
      ]);
      expect(await list(NOON + 1, NOON + 2 * MINUTE - 1)).toEqual([]);
      expect(await list(NOON + MINUTE, NOON)).toEqual([]);
    });

    it('keeps merchants apart, and those that named none', async () => {
      await add(NOON, 1);
      await add(NOON, 2, aMerchantId('merchant-b'));
      (await storage.failedAuthentications.add(undefined, NOON, 4))._unsafeUnwrap();
      expect(await list(NOON, NOON)).toEqual([{ minute: NOON, count: 1 }]);
      expect(await list(NOON, NOON, aMerchantId('merchant-b'))).toEqual([{ minute: NOON, count: 2 }]);
      const unclaimed = await storage.failedAuthentications.list(undefined, NOON, NOON);
      expect(unclaimed._unsafeUnwrap()).toEqual([{ minute: NOON, count: 4 }]);
    });

    it('loses none of many added at once', async () => {
      await Promise.all(Array.from({ length: 40 }, () => add(NOON, 2)));
      expect(await list(NOON, NOON)).toEqual([{ minute: NOON, count: 80 }]);
    });

    it('lists more minutes than fit one page of any store', async () => {
      await Promise.all(Array.from({ length: 300 }, (_, n) => add(NOON + n * MINUTE, n + 1)));
      const listed = await list(0, NOON + 300 * MINUTE);
      expect(listed.map(({ count }) => count)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
    });
  });
}
