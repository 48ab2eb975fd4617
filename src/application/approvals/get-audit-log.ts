import { errAsync, ResultAsync } from 'neverthrow';
import { type Approver, permitted } from '../../domain/approvals/approver.ts';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { isParty } from '../../domain/approvals/maker-checker.ts';
import type { Refusal } from '../../domain/approvals/refusal.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { Refusals } from '../../ports/approvals/refusals.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { GetVendorPaymentFailure } from './get-vendor-payment.ts';
import { found } from './update-vendor-payment.ts';

/** The payment pays the one who asks: its log, with what others wrote of it, is not theirs to read. */
export type PartyNotAllowed = Readonly<{ kind: 'PartyNotAllowed' }>;

/**
 * Everything that happened to a payment, oldest first: who did what, and what it changed; and, between, who was refused
 * what. Three reads.
 */
export type GetAuditLog = (
  request: Readonly<{ by: Approver; id: VendorPaymentId }>,
) => ResultAsync<readonly (AuditLogEntry | Refusal)[], GetVendorPaymentFailure | PartyNotAllowed>;

export const getAuditLog =
  ({
    vendorPayments,
    auditLog,
    refusals,
  }: Readonly<{ vendorPayments: VendorPayments; auditLog: AuditLog; refusals: Refusals }>): GetAuditLog =>
  ({ by, id }) =>
    permitted(by, 'audit')
      .asyncAndThen(() => found(vendorPayments, id))
      .andThen<ResultAsync<readonly (AuditLogEntry | Refusal)[], PartyNotAllowed | StorageUnavailable>>(
        (payment) =>
          isParty(payment, by)
            ? errAsync({ kind: 'PartyNotAllowed' })
            : ResultAsync.combine([auditLog.of(id), refusals.of(id)]).map(([links, refused]) =>
                [...links, ...refused].toSorted((a, b) => a.timestamp - b.timestamp),
              ),
      );
