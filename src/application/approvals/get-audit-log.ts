import type { ResultAsync } from 'neverthrow';
import { type Approver, permitted } from '../../domain/approvals/approver.ts';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { GetVendorPaymentFailure } from './get-vendor-payment.ts';
import { found } from './update-vendor-payment.ts';

/** Everything that happened to a payment, oldest first: who did what, and what it changed. */
export type GetAuditLog = (
  request: Readonly<{ by: Approver; id: VendorPaymentId }>,
) => ResultAsync<readonly AuditLogEntry[], GetVendorPaymentFailure>;

export const getAuditLog =
  ({
    vendorPayments,
    auditLog,
  }: Readonly<{ vendorPayments: VendorPayments; auditLog: AuditLog }>): GetAuditLog =>
  ({ by, id }) =>
    permitted(by, 'audit')
      .asyncAndThen(() => found(vendorPayments, id))
      .andThen(() => auditLog.of(id));
