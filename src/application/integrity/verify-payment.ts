import { errAsync, type ResultAsync } from 'neverthrow';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { amountsOf, type Payment } from '../../domain/payments/payment.ts';
import { auditedPaymentRecord } from '../../domain/payments/payment-record.ts';
import type { Transaction, TransactionType } from '../../domain/payments/transaction.ts';
import { transactionRecord } from '../../domain/payments/transaction-record.ts';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { confirmed, type IntegrityFinding } from './integrity-finding.ts';
import { type ChainedEntity, faultOfEntity } from './verify-entity.ts';

export type PaymentReads = Readonly<{
  payments: Payments;
  auditTrail: AuditTrail;
  digests: Digests;
}>;

/** A payment and everything that belongs to it, as it was found. */
export type SeenPayment = Readonly<{
  payment: Payment;
  transactions: readonly Transaction[];
  links: readonly AuditEntry[];
}>;

/** Checks a payment, its transactions and all their links. */
export const verifyPayment = (
  ports: PaymentReads,
  merchantId: MerchantId,
  listed: Payment,
): ResultAsync<SeenPayment, IntegrityFinding | StorageUnavailable> => {
  if (listed.merchantId !== merchantId)
    return errAsync({ kind: 'BadRow', merchantId, row: 'payment', id: listed.id, fault: 'foreign' });
  let known: Payment | undefined = listed;
  return confirmed({
    read: () => {
      const payment = known;
      known = undefined;
      return payment === undefined ? readPayment(ports, merchantId, listed.id) : readRest(ports, payment);
    },
    mark: headsOf,
    judge: (seen) => faultOf(seen, ports.digests),
  });
};

/** Equal texts: nothing has happened to the payment in between. */
export const headsOf = ({ payment, transactions }: SeenPayment): string =>
  [payment, ...transactions].map(({ id, version, auditHash }) => `${id} ${version} ${auditHash}`).join();

/** A payment that is not there is a finding: its id was read from a row of its own, or from one that it caused. */
export const readPayment = (
  ports: PaymentReads,
  merchantId: MerchantId,
  id: PaymentId,
): ResultAsync<SeenPayment, IntegrityFinding | StorageUnavailable> =>
  ports.payments
    .find(merchantId, id)
    .mapErr((failure): IntegrityFinding | StorageUnavailable =>
      failure.kind === 'PaymentNotFound'
        ? { kind: 'BadRow', merchantId, row: 'payment', id, fault: 'absent' }
        : failure,
    )
    .andThen((payment) => readRest(ports, payment));

const readRest = (
  { payments }: PaymentReads,
  payment: Payment,
): ResultAsync<SeenPayment, StorageUnavailable> =>
  payments.historyOf(payment.merchantId, payment.id).map((history) => ({ payment, ...history }));

function faultOf(seen: SeenPayment, { sha256 }: Digests): IntegrityFinding | undefined {
  const { payment, transactions, links } = seen;
  const { merchantId } = payment;
  const entities: readonly ChainedEntity[] = [
    { ...payment, type: 'payment', record: auditedPaymentRecord(payment, sha256) },
    ...transactions.map((each) => ({
      ...each,
      type: 'transaction' as const,
      record: transactionRecord(each),
    })),
  ];
  const bad = { kind: 'BadRow', merchantId } as const;
  for (const { id, merchantId: tenant } of transactions)
    if (tenant !== merchantId) return { ...bad, row: 'transaction', id, fault: 'foreign' };
  for (const entity of entities) {
    const own = links.filter(({ entityId }) => entityId === entity.id);
    const fault = faultOfEntity(entity, own, sha256);
    if (fault !== undefined) return fault;
  }
  const ids = new Set(entities.map(({ id }) => id));
  const stray = links.find(({ entityId }) => !ids.has(entityId));
  if (stray !== undefined) return { ...bad, row: 'audit_entry', id: stray.id, fault: 'orphaned' };
  const { captured, refunded } = amountsOf(payment);
  return movedBy(transactions, 'capture') === captured.minorUnits &&
    movedBy(transactions, 'refund') === refunded.minorUnits
    ? undefined
    : { ...bad, row: 'payment', id: payment.id, fault: 'sum' };
}

const movedBy = (transactions: readonly Transaction[], type: TransactionType): bigint =>
  transactions
    .filter((each) => each.type === type && (each.status === 'succeeded' || each.status === 'settled'))
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n);
