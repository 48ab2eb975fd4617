import type { LineItemId, VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { AuditEntryId, EventId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';

/** New ids; each carries `at` and sorts by it. */
export interface ApprovalIds {
  vendorPayment(at: Instant): VendorPaymentId;
  lineItem(at: Instant): LineItemId;
  event(at: Instant): EventId;
  auditEntry(at: Instant): AuditEntryId;
  change(at: Instant): string;
}
