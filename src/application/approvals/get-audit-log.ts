import { errAsync, type ResultAsync } from 'neverthrow';
import { type Approver, permitted } from '../../domain/approvals/approver.ts';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { isParty } from '../../domain/approvals/maker-checker.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { GetVendorPaymentFailure } from './get-vendor-payment.ts';
import { found } from './update-vendor-payment.ts';

/** The payment pays the one who asks: its log, with what others wrote of it, is not theirs to read. */
export type PartyNotAllowed = Readonly<{ kind: 'PartyNotAllowed' }>;

/** Everything that happened to a payment, oldest first: who did what, and what it changed. */
export type GetAuditLog = (
  request: Readonly<{ by: Approver; id: VendorPaymentId }>,
) => ResultAsync<readonly AuditLogEntry[], GetVendorPaymentFailure | PartyNotAllowed>;

export const getAuditLog =
  ({
    vendorPayments,
    auditLog,
  }: Readonly<{ vendorPayments: VendorPayments; auditLog: AuditLog }>): GetAuditLog =>
  ({ by, id }) =>
    permitted(by, 'audit')
      .asyncAndThen(() => found(vendorPayments, id))
      .andThen<ResultAsync<readonly AuditLogEntry[], GetVendorPaymentFailure | PartyNotAllowed>>((payment) =>
        isParty(payment, by) ? errAsync({ kind: 'PartyNotAllowed' }) : auditLog.of(id),
      );
