import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { claimChange } from '../../src/application/kernel/claim-change.ts';
import { awaitOutcome, type ClaimKey, releaseClaim } from '../../src/domain/kernel/claim.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, anOpening, aRefusal, aSuccess, NOON, terms } from '../fixtures/changes.ts';

/** What every `Claims` adapter promises. */
export function claimsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Claims contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const commit = async (change: Parameters<Storage['commits']['commit']>[0]) =>
      (await storage.commits.commit(change))._unsafeUnwrap();

    /** Asked until it holds, because `due` may lag. */
    const dueKeys = (now: number, limit = 100) =>
      expect.poll(async () => (await storage.claims.due(now, limit))._unsafeUnwrap().map(({ key }) => key));

    it('keeps one key apart by merchant', async () => {
      const key = aKey();
      const a = anOpening({ idempotencyKey: key });
      const b = anOpening({ idempotencyKey: key, merchantId: aMerchantId('merchant-b') });
      await commit(a.change);
      await commit(b.change);
      expect((await storage.claims.find(a.claim, NOON))._unsafeUnwrap()).toEqual(a.claim);
      expect((await storage.claims.find(b.claim, NOON))._unsafeUnwrap()).toEqual(b.claim);
    });

    it('finds no claim of a key that was never used', async () => {
      const key: ClaimKey = { merchantId: aMerchantId(), operation: 'process', key: aKey() };
      expect((await storage.claims.find(key, NOON))._unsafeUnwrap()).toBeUndefined();
    });

    it('keeps keys apart by every byte', async () => {
      const keys = ['a', 'A', 'a ', ' a', 'a#b', 'a|b', '~!@#$%^&*()', 'x'.repeat(255)];
      const openings = keys.map((idempotencyKey) => anOpening({ idempotencyKey }));
      for (const { change } of openings) await commit(change);
      for (const { claim } of openings)
        expect((await storage.claims.find(claim, NOON))._unsafeUnwrap()).toEqual(claim);
    });

    it('does not show a refused request’s claim once its answer has expired', async () => {
      const refusal = aRefusal();
      await commit(refusal);
      const { next } = refusal.claim;
      const end = NOON + terms.keepResponsesMs;
      expect((await storage.claims.find(next, end - 1))._unsafeUnwrap()).toEqual(next);
      expect((await storage.claims.find(next, end))._unsafeUnwrap()).toBeUndefined();
    });

    it('names open claims when they are due, most overdue first, and completed ones never', async () => {
      const openings = [3, 1, 2].map((n) => anOpening({ createdAt: NOON + n }));
      for (const { change } of openings) await commit(change);
      const done = anOpening();
      await commit(done.change);
      await commit(aSuccess(done));
      await commit(aRefusal());
      const [third, first, second] = openings.map(({ claim }) => claim.key);
      await dueKeys(NOON + terms.leaseMs).toEqual([]);
      await dueKeys(NOON + terms.leaseMs + 2).toEqual([first, second]);
      await dueKeys(NOON + terms.leaseMs + 10).toEqual([first, second, third]);
      await dueKeys(NOON + terms.leaseMs + 10, 2).toEqual([first, second]);
      expect((await storage.claims.due(NOON + terms.leaseMs + 10, 0))._unsafeUnwrap()).toEqual([]);
    });

    it('names a claim at its new time when it waits again or is released', async () => {
      const waiting = anOpening();
      const released = anOpening();
      for (const { change } of [waiting, released]) await commit(change);
      const step = () => ({ changeId: systemIds.change(NOON), now: NOON });
      const unknown = awaitOutcome(waiting.claim, '202\n{}', step(), terms);
      const retryable = releaseClaim(released.claim, step(), terms);
      await commit(claimChange({ expected: 1, next: unknown }, NOON));
      await commit(claimChange({ expected: 1, next: retryable }, NOON));
      expect((await storage.claims.find(waiting.claim, NOON))._unsafeUnwrap()).toEqual(unknown);
      expect((await storage.claims.find(released.claim, NOON))._unsafeUnwrap()).toEqual(retryable);
      await dueKeys(NOON + 1_000).toEqual([waiting.claim.key]);
      await dueKeys(NOON + terms.keepResponsesMs).toEqual([waiting.claim.key, released.claim.key]);
    });
  });
}
