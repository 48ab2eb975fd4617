import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { BankPayouts } from '../../src/ports/approvals/bank-payouts.ts';
import type { Payouts, PayoutVerdict } from '../../src/ports/approvals/payouts.ts';
import { anOrder } from '../application/approvals/world.ts';
import { ADMIN, asked, DISPATCHER, MAKER } from '../fixtures/approvals.ts';
import { anApprovalsApp } from '../support/approvals-app.ts';

/** A processor that pays a reference once on the vendor's account there, and whose payouts from it to the bank all fail. */
function aProcessor() {
  const records = new Map<string, PayoutVerdict>();
  let answers = true;
  const sent: string[] = [];
  const payouts: Payouts = {
    pay({ reference, attempt, amount }) {
      const record = records.get(reference);
      if (record?.paid) return okAsync(record);
      const processorReference = `tr_${attempt} of ${reference}`;
      const verdict = { paid: true, attempt, amount, processorReference, processedAt: 1_000 } as const;
      records.set(reference, verdict);
      sent.push(reference);
      return answers ? okAsync(verdict) : errAsync({ kind: 'PayoutOutcomeUnknown' });
    },
    lookup: (reference) => {
      const record = records.get(reference);
      return record === undefined ? errAsync({ kind: 'PayoutHasNoRecord' }) : okAsync(record);
    },
  };
  /** `po_before` was to carry a transfer that was taken back before these were made. */
  const bankPayouts: BankPayouts = {
    failed: ({ id }) =>
      okAsync({
        reason: 'payout_failed: account_closed',
        processedAt: 2_000,
        carried: [...records].map(([reference, { processorReference }]) => ({
          reference,
          processorReference: id === 'po_before' ? 'tr_before' : processorReference,
        })),
      }),
  };
  return {
    payouts,
    bankPayouts,
    sent,
    takeBack(reference: string) {
      const record = records.get(reference) ?? expect.fail('it was never paid');
      records.set(reference, { ...record, paid: false, reason: 'transfer_reversed' });
    },
    silence(silent: boolean) {
      answers = !silent;
    },
  };
}

/** What becomes of payments whose money did not reach the vendor's bank, on one storage. */
export const failedBankPayoutsScenario = (name: string, open: () => Promise<ApprovalsStorage>): void => {
  describe(`a payout to a vendor's bank that fails on ${name}`, () => {
    async function approved(order = anOrder()) {
      const storage = await open();
      const processor = aProcessor();
      const { payouts, bankPayouts } = processor;
      const { useCases } = anApprovalsApp(storage, {
        ports: { payouts, bankPayouts },
        rules: { payouts: { leaseMs: 1 } },
      });
      const create = () => useCases.createVendorPayment({ ...asked(MAKER), order });
      const { id } = (await create())._unsafeUnwrap();
      (await useCases.approveVendorPayment({ ...asked(ADMIN), id }))._unsafeUnwrap();
      const process = async () =>
        (await useCases.processVendorPayment({ ...asked(ADMIN), id }))._unsafeUnwrap();
      const notify = (payout = 'po_1') =>
        useCases.receiveFailedBankPayout({ id: payout, account: 'acct_1', requestId: 'request-9' });
      const receive = async (payout?: string) => (await notify(payout))._unsafeUnwrap();
      const reject = () => useCases.rejectVendorPayment({ ...asked(DISPATCHER), id, reason: 'No' });
      const stored = async () =>
        (await storage.vendorPayments.find(id))._unsafeUnwrap() ?? expect.fail('it is gone');
      return { id, storage, useCases, processor, create, process, notify, receive, reject, stored };
    }

    it('fails the payment once, and what is asked for again is completed by the same transfer', async () => {
      const { id, storage, useCases, processor, process, receive, stored } = await approved();
      expect((await process()).status).toBe('completed');
      expect(await receive('po_before')).toBe('settled');
      const ends = await Promise.all([receive(), receive(), receive()]);
      expect(ends.toSorted()).toEqual(['returned', 'settled', 'settled']);
      expect(await stored()).toMatchObject({
        status: 'failed',
        failedReason: 'payout_failed: account_closed',
        processorReference: 'po_1',
      });
      expect((await storage.auditLog.of(id))._unsafeUnwrap().at(-1)).toMatchObject({
        action: 'payment.returned',
        actor: { type: 'system' },
        requestId: 'request-9',
      });
      const types = (await storage.outbox.unsent(1_000))._unsafeUnwrap().map(({ type }) => type);
      expect(types.filter((type) => type === 'PaymentFailed')).toHaveLength(1);

      expect(await process()).toMatchObject({
        status: 'completed',
        attempt: 2,
        processorReference: `tr_1 of ${id}`,
      });
      expect(processor.sent).toEqual([id]);
      expect(await receive()).toBe('settled');
      expect((await stored()).status).toBe('completed');
      expect(await receive('po_2')).toBe('returned');
      (await useCases.verifyApprovals(() => {}))._unsafeUnwrap();
      await storage.close();
    });

    it('does not free the incident for another payment while the vendor has the money', async () => {
      const { storage, useCases, id, processor, create, process, receive, reject, stored } = await approved();
      await process();
      await receive();
      expect((await create())._unsafeUnwrapErr()).toEqual({ kind: 'DuplicateIncident' });
      const refused = await Promise.all([reject(), reject()]);
      for (const each of refused) expect(each._unsafeUnwrapErr()).toEqual({ kind: 'PayoutStands' });
      expect((await stored()).status).toBe('failed');
      processor.takeBack(id);
      expect((await reject())._unsafeUnwrap().status).toBe('cancelled');
      expect(await receive('po_2')).toBe('settled');
      expect((await create())._unsafeUnwrap().status).toBe('pending_approval');
      expect(processor.sent).toEqual([id]);
      (await useCases.verifyApprovals(() => {}))._unsafeUnwrap();
      await storage.close();
    });

    it('is said again until a payout that is under way has an end', async () => {
      const { storage, useCases, processor, process, notify, receive, stored } = await approved();
      processor.silence(true);
      expect((await process()).status).toBe('processing');
      expect((await notify())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
      processor.silence(false);
      expect((await stored()).status).toBe('processing');
      await expect
        .poll(async () => {
          (await useCases.recoverPayouts(100))._unsafeUnwrap();
          return (await stored()).status;
        })
        .toBe('completed');
      expect(await receive()).toBe('returned');
      await storage.close();
    });
  });
};
