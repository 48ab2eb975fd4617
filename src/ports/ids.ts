import type {
  AuditEntryId,
  CustomerId,
  DisputeId,
  EventId,
  ExceptionId,
  ExportId,
  ExportScheduleId,
  JobId,
  LedgerEntryId,
  PaymentId,
  PaymentMethodId,
  ReconciliationId,
  StatementLineId,
  TransactionId,
  TransferId,
  WebhookEndpointId,
} from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';

/** New ids; each carries `at` and sorts by it. */
export interface Ids {
  payment(at: Instant): PaymentId;
  transaction(at: Instant): TransactionId;
  event(at: Instant): EventId;
  auditEntry(at: Instant): AuditEntryId;
  ledgerEntry(at: Instant): LedgerEntryId;
  customer(at: Instant): CustomerId;
  paymentMethod(at: Instant): PaymentMethodId;
  transfer(at: Instant): TransferId;
  export(at: Instant): ExportId;
  exportSchedule(at: Instant): ExportScheduleId;
  job(at: Instant): JobId;
  reconciliation(at: Instant): ReconciliationId;
  statementLine(at: Instant): StatementLineId;
  exception(at: Instant): ExceptionId;
  dispute(at: Instant): DisputeId;
  webhookEndpoint(at: Instant): WebhookEndpointId;
  change(at: Instant): string;
}
