import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { type AuditLogEntry, auditLogChain } from '../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { vendorPaymentRecord } from '../../domain/approvals/vendor-payment-record.ts';
import type { AuditLog } from '../../ports/approvals/audit-log.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** The stored payment is not what its audit log leaves: it was changed beneath paywright. Nothing was paid. */
export type PaymentNotIntact = Readonly<{ kind: 'PaymentNotIntact'; id: VendorPaymentId }>;

/** What the check of a payment against its audit chain reads. */
export type VerifyPorts = Readonly<{ vendorPayments: VendorPayments; auditLog: AuditLog; digests: Digests }>;

/**
 * The payment's audit links, once they have been checked one by one and add up to the stored record: money never leaves on
 * what a row alone says. One read; one more to tell a payment that has just moved on from one that was changed beneath
 * paywright.
 */
export const verifiedLinks =
  ({ vendorPayments, auditLog, digests }: VerifyPorts) =>
  (
    payment: VendorPayment,
  ): ResultAsync<readonly AuditLogEntry[], PaymentNotIntact | StaleVersion | StorageUnavailable> => {
    const { id, version } = payment;
    const notIntact = () =>
      vendorPayments
        .find(id)
        .andThen((now) =>
          errAsync<readonly AuditLogEntry[], PaymentNotIntact | StaleVersion>(
            now?.version === version ? { kind: 'PaymentNotIntact', id } : { kind: 'StaleVersion', id },
          ),
        );
    return auditLog.of(id).andThen((links) => {
      const entity = { ...payment, record: vendorPaymentRecord(payment) };
      return auditLogChain
        .verifyRecord(links, entity, digests.sha256)
        .match<ResultAsync<readonly AuditLogEntry[], PaymentNotIntact | StaleVersion | StorageUnavailable>>(
          () => okAsync(links),
          notIntact,
        );
    });
  };
