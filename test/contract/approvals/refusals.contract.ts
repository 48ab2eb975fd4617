import { beforeEach, describe, expect, it } from 'vitest';
import { auditLogChain } from '../../../src/domain/approvals/audit-log.ts';
import { NO_REFUSALS, type Refusal, refusalKey } from '../../../src/domain/approvals/refusal.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { aCreation, anApprover, aRefusal, headBehind } from '../../fixtures/approvals.ts';
import { digests, NOON, plain } from '../../fixtures/changes.ts';

/** What every `Refusals` adapter promises. */
export function refusalsContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`Refusals contract: ${adapter}`, () => {
    let storage: ApprovalsStorage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const { id } = aCreation().payment;
    const append = async (refusal: Refusal) => storage.refusals.append(refusal);
    const added = async (refusal: Refusal) => {
      (await append(refusal))._unsafeUnwrap();
      return refusal;
    };
    const links = async (of = id) => (await storage.refusals.of(of))._unsafeUnwrap();
    const head = async (of = id) => (await storage.refusals.head(of))._unsafeUnwrap();
    const count = async (refusal: Refusal) =>
      (await storage.refusals.countAgain(refusal.paymentId, refusalKey(refusal)))._unsafeUnwrap();

    it('has the head of each payment from its first commit on, which a repeat of the commit leaves as it is', async () => {
      const { change, payment } = aCreation();
      (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      expect(await head(payment.id)).toEqual(NO_REFUSALS);
      const first = await added(aRefusal(payment.id));
      (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      expect(await head(payment.id)).toEqual(headBehind(first));
    });

    it('gives a payment’s links in their order, as they were written, with a head that they lead to', async () => {
      expect([await links(), await head()]).toEqual([[], NO_REFUSALS]);
      const all: Refusal[] = [];
      for (let n = 0; n < 12; n += 1)
        all.push(await added(aRefusal(id, await head(), { by: anApprover(`person-${n}`, 'admin') })));
      const others = await added(aRefusal(aCreation().payment.id));
      expect(plain(await links())).toEqual(plain(all));
      expect(
        auditLogChain.verify(await links(), { id, ...(await head()) }, digests.sha256)._unsafeUnwrap(),
      ).toBe(12);
      expect(await links(others.paymentId)).toEqual([others]);
    });

    it('counts attempts with one key in their link, and changes nothing else of it', async () => {
      const first = await added(aRefusal(id));
      const second = await added(aRefusal(id, headBehind(first), { at: NOON + 3_600_000 }));
      await Promise.all(Array.from({ length: 5 }, () => count(first)));
      expect(await links()).toEqual([{ ...first, attempts: 6 }, second]);
      expect(await head()).toEqual(headBehind({ ...first, attempts: 6 }, second));
      expect(await count(aRefusal(id, NO_REFUSALS, { by: anApprover('somebody', 'admin') }))).toBe(false);
      expect(await count(aRefusal(aCreation().payment.id))).toBe(false);
      expect(await links()).toHaveLength(2);
    });

    it('refuses a link whose sequence or key is there, and leaves nothing of it', async () => {
      const first = await added(aRefusal(id));
      const stale = { kind: 'StaleVersion', id };
      const sameSequence = aRefusal(id, NO_REFUSALS, { by: anApprover('somebody', 'admin') });
      const sameKey = aRefusal(id, headBehind(first), { at: NOON + 1 });
      for (const refused of [sameSequence, sameKey])
        expect((await append(refused))._unsafeUnwrapErr()).toEqual(stale);
      expect([await links(), await head()]).toEqual([[first], headBehind(first)]);
      await added(aRefusal(id, headBehind(first), { by: anApprover('somebody', 'admin') }));
    });

    it('lets exactly one of many rivals for a place win', async () => {
      const rivals = Array.from({ length: 8 }, (_, n) =>
        aRefusal(id, NO_REFUSALS, { by: anApprover(`person-${n}`, 'admin') }),
      );
      const outcomes = await Promise.all(rivals.map(append));
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
      expect(headBehind(...(await links()))).toEqual(await head());
      expect(await links()).toHaveLength(1);
    });
  });
}
