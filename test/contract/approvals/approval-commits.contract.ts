import { beforeEach, describe, expect, it } from 'vitest';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalChange } from '../../../src/ports/approvals/approval-commits.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import {
  ADMIN,
  aCreation,
  aLine,
  anApprover,
  anEdit,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aPayoutResumed,
  aRejection,
  aReview,
  DISPATCHER,
  MAKER,
  type Made,
} from '../../fixtures/approvals.ts';
import { plain } from '../../fixtures/changes.ts';

/** What every `ApprovalCommits` adapter promises. */
export function approvalCommitsContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`ApprovalCommits contract: ${adapter}`, () => {
    let storage: ApprovalsStorage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const commit = (change: ApprovalChange) => storage.approvalCommits.commit(change);
    const committed = async <Payment extends VendorPayment>({ change, payment }: Made<Payment>) => {
      (await commit(change))._unsafeUnwrap();
      return payment;
    };
    const refused = async ({ change }: Made) => (await commit(change))._unsafeUnwrapErr();
    const find = async ({ id }: Pick<VendorPayment, 'id'>) =>
      (await storage.vendorPayments.find(id))._unsafeUnwrap();
    const liveOf = async ({ incidentId, vendorId }: VendorPayment) =>
      (await storage.vendorPayments.findLive(incidentId, vendorId))._unsafeUnwrap();
    const linksOf = async ({ id }: VendorPayment) => (await storage.auditLog.of(id))._unsafeUnwrap();
    const events = async () => (await storage.outbox.unsent(1_000))._unsafeUnwrap();
    /** Nothing of a refused change may be seen anywhere. */
    const expectNothingOf = async ({ change }: Made, before?: VendorPayment) => {
      const ids = (await events()).map(({ id }) => id);
      for (const { id } of change.events) expect(ids).not.toContain(id);
      const links = await linksOf(change.payment.next);
      expect(links.map(({ id }) => id)).not.toContain(change.entry.id);
      expect(await find(change.payment.next)).toEqual(before);
    };

    it('writes every part of a change, and every read sees it at once', async () => {
      const creation = aCreation({
        metadata: { note: 'Zwei Brötchen ☕', list: [1, 'a', null, { b: true }], share: 0.25 },
        lineItems: [aLine(9_007_199_254_740_990n), aLine(1n, { description: 'é'.repeat(255) }), aLine(0n)],
        fraud: {
          status: 'high_risk',
          score: 695,
          reasons: [{ code: 'velocity', points: 695, detail: 'many' }],
        },
      });
      await committed(creation);
      expect(await find(creation.payment)).toEqual(creation.payment);
      expect(await liveOf(creation.payment)).toEqual(creation.payment);
      expect(plain(await linksOf(creation.payment))).toEqual(plain([creation.change.entry]));
      expect(plain(await events())).toEqual(plain(creation.change.events));
    });

    it('keeps every state of every way through the life cycle, to the last field', async () => {
      const created = await committed(aCreation());
      const once = await committed(anUncheckedApproval(created, DISPATCHER, { isLast: false }));
      const approved = await committed(anUncheckedApproval(once, ADMIN));
      const begun = await committed(aPayoutBegun(approved));
      expect(await find(begun)).toEqual(begun);
      const resumed = await committed(aPayoutResumed(begun));
      const failed = await committed(aPayoutEnded(resumed, false));
      expect(await find(failed)).toEqual(failed);
      const again = await committed(aPayoutBegun(failed));
      const completed = await committed(aPayoutEnded(again));
      expect(await find(completed)).toEqual(completed);
      expect(await linksOf(completed)).toHaveLength(8);

      const edited = await committed(anEdit(await committed(aCreation())));
      expect(await find(edited)).toEqual(edited);
      const rejected = await committed(aRejection(edited));
      expect(await find(rejected)).toEqual(rejected);
      const late = await committed(
        aRejection(await committed(anUncheckedApproval(await committed(aCreation())))),
      );
      expect(await find(late)).toEqual(late);
    });

    it('takes a score just under a threshold back as it was', async () => {
      for (const score of [0, 1, 299, 300, 570, 695, 699, 700, 1000]) {
        const fraud = { status: 'medium_risk', score, reasons: [] } as const;
        const payment = await committed(aCreation({ fraud }));
        expect((await find(payment))?.fraud).toEqual(fraud);
      }
    });

    it('has a payment that is changed in the lists of its new risk alone, and without the review that it lost', async () => {
      const RISKS = [
        { status: 'low_risk', score: 0, reasons: [], rules: '1' },
        { status: 'medium_risk', score: 300, reasons: [], rules: '2' },
        { status: 'high_risk', score: 500, reasons: [] },
        { status: 'flagged', reasons: [] },
      ] as const;
      const created = await committed(aCreation({ fraud: RISKS[0] }));
      let payment: VendorPayment = created;
      for (const fraud of RISKS) {
        if (fraud !== RISKS[0]) {
          const reviewed: VendorPayment = await committed(aReview(payment, 'legitimate'));
          expect(await find(reviewed)).toEqual(reviewed);
          const before: number = reviewed.updatedAt;
          payment = await committed(anEdit(reviewed, { metadata: { before } }, before + 1, undefined, fraud));
        }
        expect(await find(payment)).toEqual(payment);
        for (const { status: fraudStatus } of RISKS)
          for (const filter of [
            { fraudStatus },
            { fraudStatus, unreviewed: true },
            { fraudStatus, status: 'pending_approval' },
          ] as const) {
            const page = { order: 'newest', limit: 10 } as const;
            const there = (await storage.vendorPayments.list(filter, page))._unsafeUnwrap();
            expect([filter, there]).toEqual([filter, fraudStatus === fraud.status ? [payment] : []]);
          }
      }
    });

    describe('refuses', () => {
      it('a version that has moved on, and leaves nothing of the change', async () => {
        const created = await committed(aCreation());
        const approved = await committed(anUncheckedApproval(created));
        for (const made of [anEdit(created), aRejection(created), anUncheckedApproval(created, ADMIN)]) {
          expect(await refused(made)).toEqual({ kind: 'StaleVersion', id: created.id });
          await expectNothingOf(made, approved);
        }
        const never = aRejection(aCreation().payment);
        expect(await refused(never)).toEqual({ kind: 'StaleVersion', id: never.payment.id });
        await expectNothingOf(never);
      });

      it('an id that exists', async () => {
        const created = await committed(aCreation());
        const { change, payment } = aCreation();
        const next = { ...payment, id: created.id };
        const again = { payment: next, change: { ...change, payment: { expected: 0, next } } };
        expect(await refused(again)).toEqual({ kind: 'StaleVersion', id: created.id });
        expect(await find(created)).toEqual(created);
        expect(await liveOf(next)).toBeUndefined();
      });

      it('a second live payment of an incident and vendor, and only that', async () => {
        const first = await committed(aCreation());
        const { incidentId, vendorId } = first;
        const second = aCreation({ incidentId, vendorId });
        expect(await refused(second)).toEqual({ kind: 'DuplicateIncident' });
        await expectNothingOf(second);
        await committed(aCreation({ incidentId }));
        await committed(aCreation({ vendorId }));
        expect(await liveOf(first)).toEqual(first);
      });

      it('an event that was taken before, from whatever it came', async () => {
        const eventKey = 'roadcall.incident-service e-1';
        const first = await committed(aCreation({ eventKey }));
        const again = aCreation({ eventKey });
        expect(await refused(again)).toEqual({ kind: 'EventSeen' });
        await expectNothingOf(again);
        const { incidentId, vendorId } = first;
        expect(await refused(aCreation({ eventKey, incidentId, vendorId }))).toEqual({ kind: 'EventSeen' });
        await committed(aCreation({ eventKey: 'roadcall.incident-service e-2' }));
        await committed(aRejection(first));
        expect(await refused(aCreation({ eventKey, incidentId, vendorId }))).toEqual({ kind: 'EventSeen' });
      });

      it('an approval by the maker, or by a subject that changed the payment', async () => {
        const created = await committed(aCreation());
        const own = anUncheckedApproval(created, MAKER);
        expect(await refused(own)).toEqual({ kind: 'SelfApproval' });
        await expectNothingOf(own, created);
        const edited = await committed(anEdit(created));
        const editors = anUncheckedApproval(edited, anApprover('editor-1', 'admin'));
        expect(await refused(editors)).toEqual({ kind: 'SelfApproval' });
        expect(await refused(anUncheckedApproval(edited, MAKER))).toEqual({ kind: 'SelfApproval' });
        await expectNothingOf(editors, edited);
        await committed(anUncheckedApproval(edited));
      });

      it('a second approval of one revision by one person', async () => {
        const created = await committed(aCreation());
        const once = await committed(anUncheckedApproval(created, DISPATCHER, { isLast: false }));
        const twice = anUncheckedApproval(once, DISPATCHER);
        expect(await refused(twice)).toEqual({ kind: 'AlreadyApproved' });
        await expectNothingOf(twice, once);
        await committed(anUncheckedApproval(once, ADMIN));
      });

      it('no approver of an earlier revision, though the terms be the same again', async () => {
        const created = await committed(aCreation({ lineItems: [aLine(100n)] }));
        const once = await committed(anUncheckedApproval(created, DISPATCHER, { isLast: false }));
        const edited = await committed(anEdit(once, { lineItems: [aLine(200n)] }));
        const back = await committed(anEdit(edited, { lineItems: [aLine(100n)] }));
        expect(back.termsHash).toBe(created.termsHash);
        const approved = await committed(anUncheckedApproval(back));
        expect(await find(approved)).toEqual(approved);
      });
    });

    it('lets an incident and vendor go with the payment that was cancelled, and with no other', async () => {
      const first = await committed(aCreation());
      const { incidentId, vendorId } = first;
      const begun = await committed(aPayoutBegun(await committed(anUncheckedApproval(first))));
      const failed = await committed(aPayoutEnded(begun, false));
      expect(await refused(aCreation({ incidentId, vendorId }))).toEqual({ kind: 'DuplicateIncident' });
      expect(await liveOf(first)).toEqual(failed);

      const other = await committed(aCreation());
      const cancelled = await committed(aRejection(other));
      expect(await liveOf(other)).toBeUndefined();
      const heir = await committed(aCreation({ incidentId: other.incidentId, vendorId: other.vendorId }));
      expect(await liveOf(other)).toEqual(heir);
      expect(await find(cancelled)).toEqual(cancelled);
    });

    it('lets exactly one of many rivals for an incident and vendor win', async () => {
      const { incidentId, vendorId } = aCreation().payment;
      const rivals = Array.from({ length: 12 }, () => aCreation({ incidentId, vendorId }));
      const outcomes = await Promise.all(rivals.map(({ change }) => commit(change)));
      const winners = rivals.filter((_, n) => outcomes[n]?.isOk());
      expect(winners).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.isErr()) expect(outcome.error).toEqual({ kind: 'DuplicateIncident' });
      expect(await liveOf(rivals[0]?.payment as VendorPayment)).toEqual(winners[0]?.payment);
      expect(await events()).toHaveLength(2);
    });

    it('lets exactly one of many payments for one event win', async () => {
      const rivals = Array.from({ length: 12 }, () => aCreation({ eventKey: 'source e-1' }));
      const outcomes = await Promise.all(rivals.map(({ change }) => commit(change)));
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.isErr()) expect(outcome.error).toEqual({ kind: 'EventSeen' });
      expect(await events()).toHaveLength(2);
    });

    it('lets exactly one of many rivals for a version win, whatever they want', async () => {
      const created = await committed(aCreation());
      const rivals: Made[] = Array.from({ length: 4 }, (_, n) => [
        anUncheckedApproval(created, anApprover(`person-${n}`, 'admin')),
        anEdit(created, { lineItems: [aLine(BigInt(n) + 1n)] }),
        aRejection(created),
      ]).flat();
      const outcomes = await Promise.all(rivals.map(({ change }) => commit(change)));
      const winners = rivals.filter((_, n) => outcomes[n]?.isOk());
      expect(winners).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.isErr()) expect(outcome.error).toEqual({ kind: 'StaleVersion', id: created.id });
      expect(await find(created)).toEqual(winners[0]?.payment);
      expect(await linksOf(created)).toHaveLength(2);
    });

    it('takes the same change as one, until a later change moves its payment', async () => {
      const creation = aCreation({ eventKey: 'source e-1' });
      const { incidentId, vendorId } = creation.payment;
      const first = await Promise.all(Array.from({ length: 6 }, () => commit(creation.change)));
      expect(first.every((outcome) => outcome.isOk())).toBe(true);
      const approval = anUncheckedApproval(creation.payment);
      const second = await Promise.all(Array.from({ length: 6 }, () => commit(approval.change)));
      expect(second.every((outcome) => outcome.isOk())).toBe(true);
      expect(await linksOf(creation.payment)).toHaveLength(2);
      expect(await events()).toHaveLength(3);
      expect(await refused(creation)).toEqual({ kind: 'StaleVersion', id: creation.payment.id });
      const cancelled = aRejection(approval.payment);
      await committed(cancelled);
      await committed(aCreation({ incidentId, vendorId }));
      await committed(cancelled);
      expect((await liveOf(creation.payment))?.id).not.toBe(creation.payment.id);
    });
  });
}
