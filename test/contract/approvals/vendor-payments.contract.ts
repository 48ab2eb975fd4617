import { beforeEach, describe, expect, it } from 'vitest';
import type { IncidentId, VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { VendorPaymentFilter } from '../../../src/domain/approvals/vendor-payment-filter.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import type { VendorPaymentPage } from '../../../src/ports/approvals/vendor-payments.ts';
import {
  ADMIN,
  aCreation,
  anIncidentId,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aPayoutResumed,
  aRejection,
  aReview,
  aVendorId,
  type Made,
} from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

const FLAGGED = { status: 'flagged', score: 900, reasons: [] } as const;

/** What every `VendorPayments` adapter promises. */
export function vendorPaymentsContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`VendorPayments contract: ${adapter}`, () => {
    let storage: ApprovalsStorage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const committed = async <Payment extends VendorPayment>({ change, payment }: Made<Payment>) => {
      (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      return payment;
    };
    const list = async (filter: VendorPaymentFilter, page: Partial<VendorPaymentPage> = {}) =>
      (await storage.vendorPayments.list(filter, { order: 'oldest', limit: 100, ...page }))._unsafeUnwrap();
    const idsOf = (payments: readonly VendorPayment[]) => payments.map(({ id }) => id);
    const due = async (now: number, limit = 100) =>
      (await storage.vendorPayments.due(now, limit))._unsafeUnwrap();
    const begun = async (createdAt: number) =>
      committed(
        aPayoutBegun(await committed(anUncheckedApproval(await committed(aCreation({ createdAt }))))),
      );
    /** `count` payments, a second apart, oldest first. */
    const many = async (count: number, parts: Parameters<typeof aCreation>[0] = {}) => {
      const made = Array.from({ length: count }, (_, n) =>
        aCreation({ ...parts, createdAt: NOON + n * 1_000 }),
      );
      return Promise.all(made.map(committed));
    };

    it('knows nothing of what was never committed', async () => {
      const { payment } = aCreation();
      expect((await storage.vendorPayments.find(payment.id))._unsafeUnwrap()).toBeUndefined();
      const { incidentId, vendorId } = payment;
      expect((await storage.vendorPayments.findLive(incidentId, vendorId))._unsafeUnwrap()).toBeUndefined();
      for (const filter of [{}, { incidentId }, { vendorId }, { status: 'pending_approval' } as const])
        expect(await list(filter)).toEqual([]);
      expect(await due(NOON * 2)).toEqual([]);
    });

    it('finds each of many asked for at once', async () => {
      const all = await many(20);
      const found = await Promise.all(all.map(({ id }) => storage.vendorPayments.find(id)));
      expect(found.map((each) => each._unsafeUnwrap())).toEqual(all);
    });

    it('lists in both orders, page after page, whatever is filtered', async () => {
      const vendorId = aVendorId();
      const incidentId = anIncidentId();
      const mine = await many(7, { vendorId });
      const incidents = await many(5, { incidentId });
      const flagged = await many(4, { fraud: FLAGGED });
      const all = [...mine, ...incidents, ...flagged].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const cases: readonly (readonly [VendorPaymentFilter, readonly VendorPayment[]])[] = [
        [{}, all],
        [{ vendorId }, mine],
        [{ incidentId }, incidents],
        [{ fraudStatus: 'flagged' }, flagged],
        [{ fraudStatus: 'low_risk', vendorId }, mine],
        [{ status: 'pending_approval' }, all],
        [{ status: 'pending_approval', vendorId }, mine],
        [{ status: 'pending_approval', incidentId }, incidents],
        [{ status: 'completed' }, []],
        [{ status: 'completed', vendorId }, []],
        [{ vendorId, incidentId }, []],
        [{ vendorId, incidentId: mine[3]?.incidentId ?? incidentId }, mine.slice(3, 4)],
      ];
      for (const [filter, wanted] of cases)
        for (const order of ['oldest', 'newest'] as const) {
          const sorted = order === 'oldest' ? wanted : wanted.toReversed();
          expect(await list(filter, { order })).toEqual(sorted);
          const walked: VendorPayment[] = [];
          for (let after: VendorPaymentId | undefined, more = true; more; ) {
            const page = await list(filter, { order, limit: 3, ...present({ after }) });
            walked.push(...page);
            after = page.at(-1)?.id;
            more = page.length === 3;
          }
          expect(idsOf(walked)).toEqual(idsOf(sorted));
        }
    });

    it('lists those of a time, from its begin to before its end, in both orders and page after page', async () => {
      const vendorId = aVendorId();
      const all = await many(9, { vendorId, fraud: FLAGGED });
      await committed(aRejection(all[4] as VendorPayment));
      const at = (nth: number) => NOON + nth * 1_000;
      for (const filter of [
        {},
        { vendorId },
        { incidentId: all[3]?.incidentId as IncidentId },
        { fraudStatus: 'flagged', unreviewed: true },
        { status: 'pending_approval' },
        { status: 'cancelled' },
      ] as const) {
        const there = idsOf(await list(filter));
        for (const [first, last] of [
          [2, 6],
          [2, undefined],
          [undefined, 6],
          [4, 5],
          [6, 6],
          [7, 2],
          [20, 30],
        ] as const) {
          const time = present({
            madeFrom: first === undefined ? undefined : at(first),
            madeBefore: last === undefined ? undefined : at(last),
          });
          const wanted = idsOf(all.slice(first ?? 0, last ?? all.length)).filter((id) => there.includes(id));
          for (const order of ['oldest', 'newest'] as const) {
            const sorted = order === 'oldest' ? wanted : wanted.toReversed();
            const page = { order, limit: 2 };
            expect(idsOf(await list({ ...filter, ...time }, { order }))).toEqual(sorted);
            expect(idsOf(await list({ ...filter, ...time }, { ...page, skip: 1 }))).toEqual(
              sorted.slice(1, 3),
            );
            for (const [nth, after] of sorted.entries())
              expect(idsOf(await list({ ...filter, ...time }, { ...page, after }))).toEqual(
                sorted.slice(nth + 1, nth + 3),
              );
          }
        }
      }
      const outside = { order: 'newest', after: all[8]?.id as VendorPaymentId } as const;
      expect(idsOf(await list({ madeBefore: at(2) }, outside))).toEqual(idsOf(all.slice(0, 2)).toReversed());
      expect(await list({ madeFrom: at(2) }, { ...outside, after: all[1]?.id as VendorPaymentId })).toEqual(
        [],
      );
    });

    it('passes over as many as its offset says', async () => {
      const all = await many(9);
      const after = all[1]?.id as VendorPaymentId;
      expect(idsOf(await list({}, { limit: 3, skip: 4 }))).toEqual(idsOf(all.slice(4, 7)));
      expect(idsOf(await list({}, { limit: 3, skip: 2, after }))).toEqual(idsOf(all.slice(4, 7)));
      expect(idsOf(await list({}, { order: 'newest', limit: 2, skip: 8 }))).toEqual(idsOf(all.slice(0, 1)));
      expect(await list({}, { skip: 9 })).toEqual([]);
      expect(await list({}, { limit: 0 })).toEqual([]);
    });

    it('shows a payment where it belongs as soon as it has moved, and nowhere else', async () => {
      const vendorId = aVendorId();
      const [first, second, third] = await many(3, { vendorId, fraud: FLAGGED });
      if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
      const approved = await committed(anUncheckedApproval(first, ADMIN));
      const rejected = await committed(aRejection(second));
      expect(await list({ status: 'pending_approval' })).toEqual([third]);
      expect(await list({ status: 'approved' })).toEqual([approved]);
      expect(await list({ status: 'cancelled', vendorId })).toEqual([rejected]);
      const processing = await committed(aPayoutBegun(approved));
      expect(await list({ status: 'approved' })).toEqual([]);
      expect(await list({ status: 'processing' })).toEqual([processing]);
      const completed = await committed(aPayoutEnded(processing));
      expect(await list({ status: 'completed' })).toEqual([completed]);
      expect(await list({ vendorId })).toEqual([completed, rejected, third]);
      expect(await list({ fraudStatus: 'flagged' })).toEqual([completed, rejected, third]);
      expect(await list({ fraudStatus: 'flagged', status: 'pending_approval' })).toEqual([third]);
    });

    it('lists as unreviewed what no review found to be anything, whatever else became of it', async () => {
      const vendorId = aVendorId();
      const [first, second, third] = await many(3, { vendorId, fraud: FLAGGED });
      const [usual] = await many(1, { vendorId });
      if (first === undefined || second === undefined || third === undefined || usual === undefined)
        throw new Error('too few');
      const unreviewed = { fraudStatus: 'flagged', unreviewed: true } as const;
      expect(await list(unreviewed)).toEqual([first, second, third]);
      const fraud = await committed(aReview(second, 'fraud'));
      const rejected = await committed(aRejection(third));
      await committed(aReview(usual, 'legitimate'));
      expect(await list(unreviewed)).toEqual([first, rejected]);
      expect(await list(unreviewed, { limit: 1, after: first.id })).toEqual([rejected]);
      expect(await list({ fraudStatus: 'flagged' })).toEqual([first, fraud, rejected]);
      expect(await list({ ...unreviewed, vendorId })).toEqual([first, rejected]);
      await committed(aRejection(fraud));
      await committed(aReview(rejected, 'legitimate'));
      expect(await list(unreviewed)).toEqual([first]);
    });

    it('lets a failed payout be rejected, and its incident and vendor be taken again', async () => {
      const [payment] = await many(1);
      if (payment === undefined) throw new Error('too few');
      const begun = await committed(aPayoutBegun(await committed(anUncheckedApproval(payment))));
      const failed = await committed(aPayoutEnded(begun, false));
      const rejected = await committed(aRejection(failed));
      expect(await list({ status: 'cancelled' })).toEqual([rejected]);
      const { incidentId, vendorId } = payment;
      expect((await storage.vendorPayments.findLive(incidentId, vendorId))._unsafeUnwrap()).toBeUndefined();
      const again = await committed(aCreation({ incidentId, vendorId }));
      expect((await storage.vendorPayments.findLive(incidentId, vendorId))._unsafeUnwrap()).toEqual(again);
    });

    it('leaves the incident and vendor of a rejected payment to the next, whatever a review finds of the first', async () => {
      const [payment] = await many(1);
      if (payment === undefined) throw new Error('too few');
      const { incidentId, vendorId } = payment;
      const rejected = await committed(aRejection(payment));
      const again = await committed(aCreation({ incidentId, vendorId, createdAt: NOON + 5_000 }));
      const reviewed = await committed(aReview(rejected, 'fraud'));
      expect((await storage.vendorPayments.findLive(incidentId, vendorId))._unsafeUnwrap()).toEqual(again);
      expect(await list({ incidentId })).toEqual([reviewed, again]);
      const third = await storage.approvalCommits.commit(aCreation({ incidentId, vendorId }).change);
      expect(third._unsafeUnwrapErr()).toEqual({ kind: 'DuplicateIncident' });
    });

    it('gives every payment that waits throughout exactly once, while others are approved and added', async () => {
      const all = await many(40);
      const seen: VendorPaymentId[] = [];
      const drained = new Set<VendorPaymentId>();
      for (let after: VendorPaymentId | undefined, more = true; more; ) {
        const page = await list({ status: 'pending_approval' }, { limit: 6, ...present({ after }) });
        seen.push(...idsOf(page));
        after = page.at(-1)?.id;
        more = page.length === 6;
        // Of those met and of those to come, some are approved between two pages.
        const position = all.findIndex(({ id }) => id === after);
        for (const payment of [all[position - 1], all[position], all[position + 2], all[position + 9]])
          if (payment !== undefined && !drained.has(payment.id)) {
            await committed(anUncheckedApproval(payment));
            drained.add(payment.id);
          }
        await committed(aCreation({ createdAt: NOON - seen.length }));
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(seen.toSorted());
      const waiting = all.filter(({ id }) => !drained.has(id));
      expect(waiting.length).toBeGreaterThan(8);
      for (const { id } of waiting) expect(seen).toContain(id);
    });

    it('finds what is behind any number that have moved on', async () => {
      const all = await many(60);
      await Promise.all(all.slice(0, 55).map((payment) => committed(anUncheckedApproval(payment))));
      expect(idsOf(await list({ status: 'pending_approval' }, { limit: 3 }))).toEqual(
        idsOf(all.slice(55, 58)),
      );
    });

    it('counts what waits for approval up to a bound, and since when the oldest does', async () => {
      const waiting = () => storage.vendorPayments.backlog(3);
      expect((await waiting())._unsafeUnwrap()).toEqual({ count: 0 });
      const [first, second] = await many(5);
      if (first === undefined || second === undefined) throw new Error('too few');
      expect((await waiting())._unsafeUnwrap()).toEqual({ count: 3, oldestAt: first.createdAt });
      await committed(anUncheckedApproval(first));
      expect((await waiting())._unsafeUnwrap().oldestAt).toBe(second.createdAt);
    });

    it('knows which payouts are due, most overdue first, and forgets those that have ended', async () => {
      const payments = [];
      for (const createdAt of [NOON + 30_000, NOON, NOON + 60_000]) payments.push(await begun(createdAt));
      const [second, first, third] = payments;
      if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
      expect(await due(first.dueAt - 1)).toEqual([]);
      expect(await due(first.dueAt)).toEqual([first.id]);
      expect(await due(third.dueAt)).toEqual(idsOf([first, second, third]));
      expect(await due(third.dueAt, 2)).toEqual(idsOf([first, second]));
      const resumed = await committed(aPayoutResumed(first, third.dueAt));
      expect(await due(third.dueAt)).toEqual(idsOf([second, third]));
      expect(await due(resumed.dueAt)).toEqual(idsOf([second, third, first]));
      await committed(aPayoutEnded(second));
      await committed(aPayoutEnded(third, false));
      await committed(aPayoutEnded(resumed));
      expect(await due(NOON * 2)).toEqual([]);
    });
  });
}
