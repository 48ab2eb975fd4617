import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { auditLogChain } from '../../src/domain/approvals/audit-log.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { Payouts, PayoutVerdict } from '../../src/ports/approvals/payouts.ts';
import { anOrder } from '../application/approvals/world.ts';
import { ADMIN, asked, MAKER } from '../fixtures/approvals.ts';
import { digests } from '../fixtures/changes.ts';
import { anApprovalsApp } from '../support/approvals-app.ts';

/** A bank that pays every attempt, and of which the test says what its record is, and what happens before its answer arrives. */
function aBank() {
  const records = new Map<string, PayoutVerdict>();
  const meanwhile = { paid: async (): Promise<void> => {} };
  const payouts: Payouts = {
    pay({ reference, attempt, amount }) {
      const verdict = {
        paid: true,
        attempt,
        amount,
        processorReference: `tr_${attempt}`,
        processedAt: 1_000,
      } as const;
      records.set(reference, verdict);
      return ResultAsync.fromSafePromise<PayoutVerdict, never>(meanwhile.paid().then(() => verdict));
    },
    lookup: (reference) => {
      const record = records.get(reference);
      return record === undefined ? errAsync({ kind: 'PayoutHasNoRecord' }) : okAsync(record);
    },
  };
  const takeBack = (reference: string, attempt = 1) =>
    records.set(reference, {
      paid: false,
      reason: 'transfer_reversed',
      attempt,
      amount: money(12_345n, 'USD'),
      processorReference: `tr_${attempt}`,
      processedAt: 2_000,
    });
  return { payouts, takeBack, meanwhile };
}

/** What becomes of a payment whose payout comes back after it was completed, on one storage. */
export const returnedPayoutsScenario = (name: string, open: () => Promise<ApprovalsStorage>): void => {
  describe(`a payout that comes back on ${name}`, () => {
    async function completed() {
      const storage = await open();
      const bank = aBank();
      const { useCases } = anApprovalsApp(storage, { ports: { payouts: bank.payouts } });
      const { id } = (
        await useCases.createVendorPayment({ ...asked(MAKER), order: anOrder() })
      )._unsafeUnwrap();
      (await useCases.approveVendorPayment({ ...asked(ADMIN), id }))._unsafeUnwrap();
      const process = async () =>
        (await useCases.processVendorPayment({ ...asked(ADMIN), id }))._unsafeUnwrap();
      expect((await process()).status).toBe('completed');
      const told = () => useCases.receiveReturnedPayout({ reference: id, requestId: 'request-9' });
      const receive = async () => (await told())._unsafeUnwrap();
      const stored = async () =>
        (await storage.vendorPayments.find(id))._unsafeUnwrap() ?? expect.fail('it is gone');
      return { id, storage, useCases, bank, process, told, receive, stored, close: () => storage.close() };
    }

    it('fails its payment once, with the reason, in log and events, and may be paid anew as the next attempt', async () => {
      const { id, storage, useCases, bank, process, receive, stored, close } = await completed();
      expect(await receive()).toBe('settled');
      bank.takeBack(id);
      const ends = await Promise.all([receive(), receive(), receive()]);
      expect(ends.toSorted()).toEqual(['returned', 'settled', 'settled']);
      expect(await stored()).toMatchObject({
        status: 'failed',
        failedReason: 'transfer_reversed',
        processorReference: 'tr_1',
        attempt: 1,
      });
      const links = (await storage.auditLog.of(id))._unsafeUnwrap();
      expect(auditLogChain.verify(links, await stored(), digests.sha256).isOk()).toBe(true);
      expect(links.at(-1)).toMatchObject({
        action: 'payment.returned',
        actor: { id: 'processor', type: 'system' },
        requestId: 'request-9',
      });
      const events = async () => (await storage.outbox.unsent(1_000))._unsafeUnwrap().map(({ type }) => type);
      expect((await events()).filter((type) => type === 'PaymentFailed')).toHaveLength(1);
      const failed = await storage.vendorPayments.list({ status: 'failed' }, { order: 'newest', limit: 10 });
      expect(failed._unsafeUnwrap().map((each) => each.id)).toEqual([id]);

      expect(await process()).toMatchObject({ status: 'completed', attempt: 2, processorReference: 'tr_2' });
      // The event of the first transfer comes once more, and late.
      bank.takeBack(id, 1);
      expect(await receive()).toBe('settled');
      expect((await stored()).status).toBe('completed');
      (await useCases.verifyApprovals(() => {}))._unsafeUnwrap();
      await close();
    });

    it('before its payment is on record as paid is not taken for nothing: the notification has to come again', async () => {
      const { id, bank, process, told, receive, stored, close } = await completed();
      bank.takeBack(id);
      expect(await receive()).toBe('returned');
      bank.meanwhile.paid = async () => {
        bank.takeBack(id, 2);
        expect((await told())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
      };
      expect(await process()).toMatchObject({ status: 'completed', processorReference: 'tr_2' });
      expect(await receive()).toBe('returned');
      expect(await stored()).toMatchObject({
        status: 'failed',
        failedReason: 'transfer_reversed',
        attempt: 2,
      });
      await close();
    });
  });
};
