import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { PaymentSum } from '../../domain/payments/payment-sum.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { paymentSums, type SumPorts } from './payment-sums.ts';

/**
 * How many payments match, exactly. Filters by status, currency and time read summaries; those by customer, amount, decline or metadata
 * read every payment of the time they name.
 */
export type CountPayments = (
  merchantId: MerchantId,
  filter: PaymentFilter,
) => ResultAsync<number, StorageUnavailable>;

export const countPayments =
  (ports: SumPorts): CountPayments =>
  (merchantId, filter) => {
    const {
      status,
      attention,
      currency,
      customerId,
      minAmount,
      maxAmount,
      declineCode,
      metadata,
      ...period
    } = filter;
    const isSummed = [attention, customerId, minAmount, maxAmount, declineCode, metadata].every(
      (each) => each === undefined,
    );
    const matches = (sum: PaymentSum) =>
      (status === undefined || sum.status === status) &&
      (currency === undefined || sum.currency === currency);
    return (isSummed ? paymentSums(ports, merchantId, period) : ports.payments.sums(merchantId, filter)).map(
      (sums) => sums.filter(matches).reduce((total, { count }) => total + count, 0),
    );
  };
