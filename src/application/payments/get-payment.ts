import type { ResultAsync } from 'neverthrow';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

export type PaymentWithTransactions = Readonly<{ payment: Payment; transactions: readonly Transaction[] }>;

/**
 * A payment with its transactions, oldest first. Two reads, the payment's first: the transactions are at least as new, so
 * that what is read of a version is never without one that led to it.
 */
export type GetPayment = (
  merchantId: MerchantId,
  id: PaymentId,
) => ResultAsync<PaymentWithTransactions, PaymentNotFound | StorageUnavailable>;

export const getPayment =
  ({ payments }: Readonly<{ payments: Payments }>): GetPayment =>
  (merchantId, id) =>
    payments
      .find(merchantId, id)
      .andThen((payment) =>
        payments.transactionsOf(merchantId, id).map((transactions) => ({ payment, transactions })),
      );
