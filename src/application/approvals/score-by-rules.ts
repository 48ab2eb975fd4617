import {
  type FraudRules,
  NEWEST_PAYMENTS,
  pastWithout,
  scoreByRules,
  scoredOrder,
} from '../../domain/approvals/fraud-rules.ts';
import type { FraudScorer } from '../../ports/approvals/fraud-scorer.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';

/** Scores by rules that read nothing but the vendor's own history. One read. */
export const rulesFraudScorer = (
  { vendorPayments }: Readonly<{ vendorPayments: VendorPayments }>,
  rules: FraudRules,
): FraudScorer => ({
  score: (order, at, known) =>
    vendorPayments
      // One more, for the payment itself may be among them.
      .list({ vendorId: order.vendorId }, { order: 'newest', limit: NEWEST_PAYMENTS + 1 })
      .map((newest) => scoreByRules(scoredOrder(order, at), pastWithout(newest, known), rules))
      .mapErr(({ cause }) => ({ kind: 'ScorerUnavailable' as const, cause })),
});
