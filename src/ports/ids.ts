import type { AuditEntryId, EventId, PaymentId, TransactionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';

/** New ids; each carries `at` and sorts by it. */
export interface Ids {
  payment(at: Instant): PaymentId;
  transaction(at: Instant): TransactionId;
  event(at: Instant): EventId;
  auditEntry(at: Instant): AuditEntryId;
  change(at: Instant): string;
}
