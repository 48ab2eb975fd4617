import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { claimChange } from '../../src/application/kernel/claim-change.ts';
import {
  awaitOutcome,
  type Calling,
  completeClaim,
  releaseClaim,
  takeOver,
} from '../../src/domain/kernel/claim.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, anOpening, aRefusal, aSuccess, NOON, terms } from '../fixtures/changes.ts';
import { aConclusion, aReservation } from '../fixtures/movements.ts';
import { aTransfer } from '../fixtures/transfers.ts';

/** What every `Commits` adapter promises of claims: fences, and for how long a key is spent. */
export function claimCommitsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Commits contract, claims: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    it('refuses a change under an older fence', async () => {
      const opening = anOpening();
      await storage.commits.commit(opening.change);
      const at = NOON + 40_000;
      const taken = takeOver(opening.claim, { changeId: systemIds.change(at), now: at }, terms);
      expect(await storage.commits.commit(claimChange({ expected: 1, next: taken }, at))).toEqual(ok);
      expect(await storage.commits.commit(aSuccess(opening, at))).toEqual(refused({ kind: 'FenceLost' }));
      expect(await storage.commits.commit(aSuccess({ ...opening, claim: taken }, at))).toEqual(ok);
    });

    it('refuses a take-over of a claim that its holder has ended since it was read', async () => {
      const at = NOON + 40_000;
      const step = { changeId: systemIds.change(at), now: at };
      for (const end of [
        (claim: Calling) => completeClaim(claim, 'done', step, terms),
        (claim: Calling) => awaitOutcome(claim, 'wait', step, terms),
        (claim: Calling) => releaseClaim(claim, step, terms),
      ]) {
        const { change, claim } = anOpening();
        await storage.commits.commit(change);
        const ended = { ...end(claim), changeId: systemIds.change(at) };
        const late = takeOver(claim, { changeId: systemIds.change(at), now: at }, terms);
        expect(await storage.commits.commit(claimChange({ expected: claim.fence, next: ended }, at))).toEqual(
          ok,
        );
        expect(await storage.commits.commit(claimChange({ expected: claim.fence, next: late }, at))).toEqual(
          refused({ kind: 'FenceLost' }),
        );
        expect((await storage.claims.find(claim, at))._unsafeUnwrap()).toEqual(ended);
      }
    });

    it('refuses to move a claim that does not exist', async () => {
      expect(await storage.commits.commit(aSuccess(anOpening()))).toEqual(refused({ kind: 'FenceLost' }));
    });

    it('frees the key of a refused request when its answer has expired, and not before', async () => {
      const key = aKey();
      const refusal = aRefusal(key);
      await storage.commits.commit(refusal);
      const day = terms.keepResponsesMs;
      const early = anOpening({ idempotencyKey: key, createdAt: NOON + day - 1 });
      expect(await storage.commits.commit(early.change)).toEqual(refused({ kind: 'ClaimTaken' }));
      const later = anOpening({ idempotencyKey: key, createdAt: NOON + day });
      expect(await storage.commits.commit(later.change)).toEqual(ok);
      expect((await storage.claims.find(later.claim, NOON + day))._unsafeUnwrap()).toEqual(later.claim);
    });

    it('keeps the claim of a payment for good', async () => {
      const opening = anOpening();
      await storage.commits.commit(opening.change);
      await storage.commits.commit(aSuccess(opening));
      const years = NOON + 10 * 365 * 86_400_000;
      const again = anOpening({ idempotencyKey: opening.payment.idempotencyKey, createdAt: years });
      expect(await storage.commits.commit(again.change)).toEqual(refused({ kind: 'ClaimTaken' }));
    });

    it('keeps the claim of a transfer, and of a modification, for good', async () => {
      const { change } = aTransfer();
      expect(await storage.commits.commit(change)).toEqual(ok);
      const years = NOON + 10 * 365 * 86_400_000;
      const { key } = change.claim.next;
      const again = aTransfer({ key, at: years, spendings: 1 });
      expect(await storage.commits.commit(again.change)).toEqual(refused({ kind: 'ClaimTaken' }));
      const found = await storage.claims.find(change.claim.next, years);
      expect(found._unsafeUnwrap()).toEqual(change.claim.next);

      const opening = anOpening({ captureMethod: 'manual' });
      const success = aSuccess(opening);
      for (const each of [opening.change, success]) expect(await storage.commits.commit(each)).toEqual(ok);
      const held = success.payment?.next;
      const reservation = held && aReservation(held, { type: 'capture', final: true }, NOON + 60);
      if (reservation === undefined) throw new Error('the capture was refused');
      expect(await storage.commits.commit(reservation.change)).toEqual(ok);
      const { payment, claim } = reservation;
      expect((await storage.claims.find(claim, NOON))._unsafeUnwrap()).toEqual(claim);
      expect((await storage.payments.find(payment.merchantId, payment.id))._unsafeUnwrap()).toEqual(payment);
      const conclusion = aConclusion(reservation, payment, NOON + 70, { fee: 3n });
      expect(await storage.commits.commit(conclusion)).toEqual(ok);
      const closed = (await storage.claims.find(claim, years))._unsafeUnwrap();
      expect(closed).toEqual(conclusion.claim.next);
      const { merchantId, id } = payment;
      expect((await storage.payments.find(merchantId, id))._unsafeUnwrap()).toEqual(conclusion.payment?.next);
      expect((await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap()).toEqual([
        success.transactions[0]?.next,
        conclusion.transactions[0]?.next,
      ]);
    });
  });
}

const ok = expect.objectContaining({ value: undefined });
const refused = (error: object) => expect.objectContaining({ error: expect.objectContaining(error) });
