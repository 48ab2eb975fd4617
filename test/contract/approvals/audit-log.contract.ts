import { beforeEach, describe, expect, it } from 'vitest';
import { auditLogChain } from '../../../src/domain/approvals/audit-log.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { aCreation, anEdit, anUncheckedApproval, aRejection, type Made } from '../../fixtures/approvals.ts';
import { digests, plain } from '../../fixtures/changes.ts';

/** What every `AuditLog` adapter promises. */
export function auditLogContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`AuditLog contract: ${adapter}`, () => {
    let storage: ApprovalsStorage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const committed = async <Payment extends VendorPayment>({ change, payment }: Made<Payment>) => {
      (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      return payment;
    };
    const linksOf = async ({ id }: VendorPayment) => (await storage.auditLog.of(id))._unsafeUnwrap();

    it('gives a payment’s links in their order, as they were written, and no other’s', async () => {
      const creation = aCreation({ metadata: { price: 1.5, deep: { list: [1, 2] } } });
      const other = await committed(aCreation());
      const created = await committed(creation);
      const edit = anEdit(created);
      const edited = await committed(edit);
      const approval = anUncheckedApproval(edited);
      const { payment, change } = approval;
      const entry = auditLogChain.seal(
        { ...change.entry, ipAddress: '2001:db8::1', userAgent: 'curl/8 ☕' },
        digests.sha256,
      );
      const head = { ...payment, auditHash: entry.hash };
      await committed({
        payment: head,
        change: { ...change, entry, payment: { expected: edited.version, next: head } },
      });
      const links = await linksOf(created);
      expect(plain(links)).toEqual(plain([creation.change.entry, edit.change.entry, entry]));
      expect(auditLogChain.verify(links, head, digests.sha256)._unsafeUnwrap()).toBe(3);
      expect(auditLogChain.verify(await linksOf(other), other, digests.sha256)._unsafeUnwrap()).toBe(1);
      expect(await linksOf(aCreation().payment)).toEqual([]);
    });

    it('gives long chains whole', async () => {
      let payment: VendorPayment = await committed(aCreation());
      for (let n = 0; n < 60; n += 1)
        payment = await committed(anEdit(payment, { metadata: { n } }, payment.updatedAt + 1));
      payment = await committed(aRejection(payment));
      const links = await linksOf(payment);
      expect(auditLogChain.verify(links, payment, digests.sha256)._unsafeUnwrap()).toBe(62);
    });
  });
}
