import { ResultAsync } from 'neverthrow';
import { permitted } from '../../domain/approvals/approver.ts';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { byAnother, type PartyNotAllowed } from '../../domain/approvals/maker-checker.ts';
import type { Refusal } from '../../domain/approvals/refusal.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { Refusals } from '../../ports/approvals/refusals.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Asked } from './approval-change.ts';
import type { GetVendorPaymentFailure } from './get-vendor-payment.ts';
import { found } from './update-vendor-payment.ts';

/**
 * Everything that happened to a payment, oldest first: who did what, and what it changed; and, between, who was refused
 * what. The log, with what others wrote of the payment, is not for who is paid. Three reads.
 */
export type GetAuditLog = (
  request: Asked & Readonly<{ id: VendorPaymentId }>,
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
          byAnother(payment, by).asyncAndThen(() =>
            ResultAsync.combine([auditLog.of(id), refusals.of(id)]).map(([links, refused]) =>
              inOrderOfTime(links, refused),
            ),
          ),
      );

/** Each chain stays in its own order, where the clocks of two processes, or of one that was set back, say another. */
const inOrderOfTime = (
  ...chains: readonly (readonly (AuditLogEntry | Refusal)[])[]
): readonly (AuditLogEntry | Refusal)[] =>
  chains
    .flatMap((chain) => {
      let latest = 0;
      return chain.map((entry) => {
        latest = Math.max(latest, entry.timestamp);
        return { entry, at: latest };
      });
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ entry }) => entry);
