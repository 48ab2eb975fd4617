import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { type PaymentSummary, summaryOf } from '../../domain/payments/payment-summary.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type Period, paymentSums, type SumPorts } from './payment-sums.ts';

/**
 * A merchant's payments of a period in figures. Exact while payments are being made: each is counted once, in a state
 * that it had while this was read. What is read grows with the days of the period, not with the payments, but for
 * parts of days at its ends.
 */
export type SummarizePayments = (
  merchantId: MerchantId,
  period: Period,
) => ResultAsync<PaymentSummary, StorageUnavailable>;

export const summarizePayments =
  (ports: SumPorts): SummarizePayments =>
  (merchantId, period) =>
    paymentSums(ports, merchantId, period).map(summaryOf);
