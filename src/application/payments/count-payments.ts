import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { PaymentFilter } from '../../domain/payments/payment-filter.ts';
import { type PaymentSum, sumUp } from '../../domain/payments/payment-sum.ts';
import { type PaymentSummary, summaryOf } from '../../domain/payments/payment-summary.ts';
import { tallyOf } from '../../domain/payments/tally.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { paymentSums, type SumPorts } from './payment-sums.ts';

/** How many payments there are, and what those of each currency add up to. */
export type PaymentTotal = Pick<PaymentSummary, 'totalCount' | 'byCurrency'>;

/**
 * What payments that match come to, exactly. Filters by status, currency and time read summaries; those by attention, customer, amount,
 * decline or metadata read every payment that they find, or of the time they name.
 */
export type CountPayments = (
  merchantId: MerchantId,
  filter: PaymentFilter,
) => ResultAsync<PaymentTotal, StorageUnavailable>;

/** Of payments that are at hand. */
export const totalOf = (payments: readonly Payment[]): PaymentTotal =>
  summaryOf(sumUp(payments.map(tallyOf)));

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
      (sums) => summaryOf(sums.filter(matches)),
    );
  };
