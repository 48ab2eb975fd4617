import { okAsync, type ResultAsync } from 'neverthrow';
import {
  FARTHEST_PAYMENTS,
  type FraudRules,
  NEWEST_PAYMENTS,
  paidAmong,
  pastWithout,
  scoreByRules,
  scoredOrder,
} from '../../domain/approvals/fraud-rules.ts';
import type { VendorId, VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { present } from '../../domain/kernel/present.ts';
import type { FraudScorer } from '../../ports/approvals/fraud-scorer.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

type ScorerPorts = Readonly<{ vendorPayments: Pick<VendorPayments, 'list'> }>;

/**
 * Scores by rules that read nothing but the vendor's own history. One read; up to ten where the newest payments were asked for only, and
 * the paid ones that averages are of come before them.
 */
export const rulesFraudScorer = (ports: ScorerPorts, rules: FraudRules): FraudScorer => ({
  score: (order, at, known) =>
    pastOf(ports, rules, order.vendorId, known)
      .map((past) => scoreByRules(scoredOrder(order, at), past, rules))
      .mapErr(({ cause }) => ({ kind: 'ScorerUnavailable' as const, cause })),
});

/** One more than rules look at, for the payment itself may be among them. */
const PAGE = NEWEST_PAYMENTS + 1;

const pastOf = (
  ports: ScorerPorts,
  rules: FraudRules,
  vendorId: VendorId,
  known: VendorPaymentId | undefined,
  read: readonly VendorPayment[] = [],
): ResultAsync<readonly VendorPayment[], StorageUnavailable> =>
  ports.vendorPayments
    .list({ vendorId }, { order: 'newest', limit: PAGE, ...present({ after: read.at(-1)?.id }) })
    .andThen((page) => {
      const newest = [...read, ...page];
      const past = pastWithout(newest, known);
      const isEnough =
        page.length < PAGE ||
        newest.length > FARTHEST_PAYMENTS ||
        paidAmong(past, rules).length >= rules.leastHistory;
      return isEnough ? okAsync(past) : pastOf(ports, rules, vendorId, known, newest);
    });
