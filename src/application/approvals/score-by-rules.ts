import { type FraudRules, scoreByRules } from '../../domain/approvals/fraud-rules.ts';
import type { FraudScorer } from '../../ports/approvals/fraud-scorer.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';

/** As far back as the rules look. */
const NEWEST_PAYMENTS = 100;

/** Scores by rules that read nothing but the vendor's own history. One read. */
export const rulesFraudScorer = (
  { vendorPayments }: Readonly<{ vendorPayments: VendorPayments }>,
  rules: FraudRules,
): FraudScorer => ({
  score: (order, at) =>
    vendorPayments
      .list({ vendorId: order.vendorId }, { order: 'newest', limit: NEWEST_PAYMENTS })
      .map((past) => scoreByRules(order, at, past, rules))
      .mapErr(({ cause }) => ({ kind: 'ScorerUnavailable' as const, cause })),
});
