import { okAsync, type ResultAsync } from 'neverthrow';
import { RESCORED } from '../../domain/approvals/audited-moves.ts';
import { isFlagged } from '../../domain/approvals/decisions.ts';
import { type FraudVerdict, judgeFraud, MANUAL_REVIEW } from '../../domain/approvals/fraud.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { orderOf, type PricedOrder, rescored } from '../../domain/approvals/vendor-payment-order.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { FraudScorer } from '../../ports/approvals/fraud-scorer.ts';
import { type Asked, unclaimed, type VendorPaymentUpdate } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { type UpdatePorts, updateVendorPayment } from './update-vendor-payment.ts';

export type ScoringPorts = UpdatePorts & Readonly<{ fraudScorer: FraudScorer }>;

type Rules = Pick<ApprovalRules, 'thresholds'>;

/** Never an error, and never a pass: a payment without a score goes to people. `known` is the payment whose terms the order's are or would be. */
export const verdictOn = (
  scorer: FraudScorer,
  { thresholds }: Rules,
  order: PricedOrder,
  at: Instant,
  known?: VendorPaymentId,
): ResultAsync<FraudVerdict, never> =>
  scorer
    .score(order, at, known)
    .map((assessment) => judgeFraud(assessment, thresholds))
    .orElse(() => okAsync(MANUAL_REVIEW));

/**
 * Scores a payment once more behind the commit of the terms that it was scored for: payments of one vendor that are asked for at once
 * do not see each other before, and of any two the one that is committed later does here. A graver verdict is a move of its own; without
 * one the payment stays as it is, and so it does when the store falls silent, since it was scored. One read, none of what is flagged already.
 */
export const scoreAgain = (ports: ScoringPorts, rules: Rules) => {
  const move = updateVendorPayment(ports);
  return ({ by, origin }: Asked, payment: VendorPayment): ResultAsync<VendorPayment, never> => {
    if (isFlagged(payment)) return okAsync(payment);
    const { id, revision, updatedAt } = payment;
    return verdictOn(ports.fraudScorer, rules, orderOf(payment), updatedAt, id).andThen((verdict) => {
      const isGraver = rescored(payment, verdict, updatedAt) !== undefined;
      if (!isGraver) return okAsync(payment);
      return move<VendorPayment, never>(
        { id },
        (before) => {
          const at = ports.clock.now();
          const next = before.revision === revision ? rescored(before, verdict, at) : undefined;
          return okAsync<VendorPaymentUpdate | Readonly<{ unchanged: VendorPayment }>, never>(
            next === undefined ? { unchanged: payment } : { by, origin, at, action: RESCORED, before, next },
          );
        },
        unclaimed,
      ).orElse(() => okAsync(payment));
    });
  };
};
