import type { ResultAsync } from 'neverthrow';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { StorageUnavailable } from '../unavailable.ts';

/** Where payments' audit chains are read; only commits write them. Adapters must pass `test/contract/approvals/audit-log.contract.ts`. */
export interface AuditLog {
  /** The links of a payment by ascending sequence. Strongly consistent. Empty for an unknown payment. */
  of(id: VendorPaymentId): ResultAsync<readonly AuditLogEntry[], StorageUnavailable>;
}
