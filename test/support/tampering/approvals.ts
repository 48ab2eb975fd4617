import type { AuditLogEntry } from '../../../src/domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';

/** What a hand can do that has the database's own tools: it obeys no rule and no constraint. */
export type ApprovalsHand = Readonly<{
  /** Puts a payment's own rows, its lines and approvals included, in place of those that are stored. */
  writePayment(payment: VendorPayment): Promise<unknown>;
  /** Puts a chain in place of the payment's; an empty one leaves none. */
  writeLinks(id: VendorPaymentId, links: readonly AuditLogEntry[]): Promise<unknown>;
}>;

/** A storage of approvals that is a test's alone, and a hand that writes beneath it. */
export type TamperedApprovals = Readonly<{
  storage: ApprovalsStorage;
  hand: ApprovalsHand;
  close(): Promise<unknown>;
}>;
