import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { type AuditEntry, auditTrailChain } from '../../domain/kernel/audit-entry.ts';
import type { PaymentId } from '../../domain/kernel/ids.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { auditedPaymentRecord } from '../../domain/payments/payment-record.ts';
import { transactionRecord } from '../../domain/payments/transaction-record.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { PaymentHistory, PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** The stored payment is not what its audit links leave: it was changed beneath paywright. Nothing was moved. */
export type PaymentNotIntact = Readonly<{ kind: 'PaymentNotIntact'; id: PaymentId }>;

export type IntactPorts = Readonly<{ payments: Payments; digests: Digests }>;

/** The links of the payment itself. */
export const linksOf = ({ id }: Payment, { links }: PaymentHistory): readonly AuditEntry[] =>
  links.filter(({ entityId }) => entityId === id);

/**
 * That payment and transactions are what their links add up to: what people agree on is never done on what a row alone says. One
 * read where they are not, to tell a payment that has just moved on from one that was changed beneath paywright.
 */
export function intact(
  { payments, digests }: IntactPorts,
  payment: Payment,
  history: PaymentHistory,
): ResultAsync<void, PaymentNotIntact | StaleVersion | PaymentNotFound | StorageUnavailable> {
  const { id, merchantId, version } = payment;
  const entities = [
    { ...payment, record: auditedPaymentRecord(payment, digests.sha256) },
    ...history.transactions.map((each) => ({ ...each, record: transactionRecord(each) })),
  ];
  const isWhole = entities.every((entity) => {
    const own = history.links.filter(({ entityId }) => entityId === entity.id);
    return auditTrailChain.verifyRecord(own, entity, digests.sha256).isOk();
  });
  return isWhole
    ? okAsync(undefined)
    : payments
        .find(merchantId, id)
        .andThen((now) =>
          errAsync<void, PaymentNotIntact | StaleVersion>(
            now.version === version ? { kind: 'PaymentNotIntact', id } : { kind: 'StaleVersion', id },
          ),
        );
}
