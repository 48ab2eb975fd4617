import type { ResultAsync } from 'neverthrow';
import type { FraudAssessment } from '../../domain/approvals/fraud.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { PricedOrder } from '../../domain/approvals/vendor-payment-order.ts';
import type { Instant } from '../../domain/kernel/instant.ts';

/** No score, or none in time. `cause` is for logs only. */
export type ScorerUnavailable = Readonly<{ kind: 'ScorerUnavailable'; cause?: unknown }>;

/** Says how likely it is that a payment should not be made. */
export interface FraudScorer {
  /**
   * Asked before the payment is on record, and before each change of its terms is, then of the new terms; and once more behind both. `known` is
   * the payment once it is on record, which is none of those that its vendor had before. Changes nothing.
   */
  score(
    order: PricedOrder,
    at: Instant,
    known?: VendorPaymentId,
  ): ResultAsync<FraudAssessment, ScorerUnavailable>;
}
