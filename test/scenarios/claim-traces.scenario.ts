import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { claimChange } from '../../src/application/kernel/claim-change.ts';
import { enforceRetention } from '../../src/application/kernel/enforce-retention.ts';
import type { Claim, ClaimKey } from '../../src/domain/kernel/claim.ts';
import { beginWork, dropWork, endWork, takeOverWork } from '../../src/domain/kernel/work-claim.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, anOpening, aRefusal, digests, NOON, terms } from '../fixtures/changes.ts';

const MINUTE_MS = 60_000;
const END = NOON + terms.keepResponsesMs;

/** What the traces of claims without an effect promise, on every storage. */
export function claimTracesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`traces of claims without an effect: ${adapter}`, () => {
    it('agree with their claims, however those are kept, end, lapse or are used again', async () => {
      const storage = await open();
      const commit = async (expected: number, next: Claim, at: number) =>
        (await storage.commits.commit(claimChange({ expected, next }, at)))._unsafeUnwrap();
      const step = (now: number) => ({ changeId: systemIds.change(now), now });
      const begun = async () => {
        const key: ClaimKey = { merchantId: aMerchantId(), operation: 'process_batch', key: aKey() };
        const claim = beginWork(key, { fingerprint: 'f', requestId: 'r' }, step(NOON), terms);
        await commit(0, claim, NOON);
        return claim;
      };
      const [again, paid, kept] = [aRefusal(), aRefusal(), aRefusal()];
      for (const refused of [again, paid, kept]) (await storage.commits.commit(refused))._unsafeUnwrap();
      const [left, dropped, ended] = [await begun(), await begun(), await begun()];
      await commit(left.fence, takeOverWork(left, step(NOON + MINUTE_MS), terms), NOON + MINUTE_MS);
      await commit(dropped.fence, dropWork(dropped, step(NOON + 1)), NOON + 1);
      await commit(ended.fence, endWork(ended, '200\n{}', step(NOON + MINUTE_MS), terms), NOON + MINUTE_MS);

      const verified = async (now: number) =>
        (await verify({ ...storage, clock: { now: () => now }, digests })(() => {})).map(() => 'sound');
      expect(await verified(NOON + 5 * MINUTE_MS)).toMatchObject({ value: 'sound' });

      const secondRefusal = aRefusal(again.claim.next.key, END);
      const payment = anOpening({ idempotencyKey: paid.claim.next.key, createdAt: END });
      for (const change of [secondRefusal, payment.change])
        (await storage.commits.commit(change))._unsafeUnwrap();
      expect(await verified(END + 5 * MINUTE_MS)).toMatchObject({ value: 'sound' });

      const enforce = enforceRetention({ ...storage, clock: { now: () => END + MINUTE_MS } });
      while ((await enforce(10))._unsafeUnwrap().more);
      expect(await verified(END + 5 * MINUTE_MS)).toMatchObject({ value: 'sound' });
      await storage.close();
    });
  });
}
