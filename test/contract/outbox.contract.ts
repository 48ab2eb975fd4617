import { beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON, plain } from '../fixtures/changes.ts';

/** What every `Outbox` adapter promises. */
export function outboxContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Outbox contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    it('holds every committed event of every tenant, oldest first, as it was written', async () => {
      const openings = Array.from({ length: 20 }, (_, n) =>
        anOpening({
          createdAt: NOON + n * 100,
          merchantId: aMerchantId(`m-${n % 3}`),
          amount: 9_007_199_254_740_993n,
        }),
      );
      for (const { change } of openings) (await storage.commits.commit(change))._unsafeUnwrap();
      const successes = openings.slice(0, 5).map((opening) => aSuccess(opening));
      for (const change of successes) (await storage.commits.commit(change))._unsafeUnwrap();
      const written = [...openings.map(({ change }) => change), ...successes]
        .flatMap(({ events }) => events)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(plain((await storage.outbox.unsent(100))._unsafeUnwrap())).toEqual(plain(written));
      expect(plain((await storage.outbox.unsent(7))._unsafeUnwrap())).toEqual(plain(written.slice(0, 7)));
      expect((await storage.outbox.unsent(0))._unsafeUnwrap()).toEqual([]);
    });
  });
}
