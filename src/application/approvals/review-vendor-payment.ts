import type { ResultAsync } from 'neverthrow';
import { permitted, type RoleNotAllowed } from '../../domain/approvals/approver.ts';
import { reviewVendorPayment as reviewed, type SelfApproval } from '../../domain/approvals/decisions.ts';
import type { ReviewOutcome } from '../../domain/approvals/fraud-review.ts';
import type { VendorPayment, VendorPaymentStateConflict } from '../../domain/approvals/vendor-payment.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Asked, type ClaimApproval, unclaimed } from './approval-change.ts';
import {
  type UpdateFailure,
  type UpdatePorts,
  updateVendorPayment,
  type VendorPaymentTarget,
} from './update-vendor-payment.ts';
import { type PaymentNotIntact, type VerifyPorts, verifiedLinks } from './verify-payment.ts';

export type ReviewVendorPaymentRequest = Asked &
  VendorPaymentTarget &
  Readonly<{ outcome: ReviewOutcome; notes?: string }>;
export type ReviewVendorPaymentFailure =
  | RoleNotAllowed
  | VendorPaymentStateConflict
  | SelfApproval
  | PaymentNotIntact
  | UpdateFailure;

/**
 * A person's finding that a payment is legitimate or a fraud. It takes the payment off the list of those to review, stops
 * a fraud from being approved or paid, and counts when the vendor's next payments are scored. The audit chain is checked
 * first, as for an approval. Two reads and one commit.
 */
export type ReviewVendorPayment = (
  request: ReviewVendorPaymentRequest,
  claim?: ClaimApproval,
) => ResultAsync<VendorPayment, ReviewVendorPaymentFailure>;

export const reviewVendorPayment = (ports: UpdatePorts & VerifyPorts): ReviewVendorPayment => {
  const move = updateVendorPayment(ports);
  const verified = verifiedLinks(ports);
  return ({ by, origin, outcome, notes, ...target }, claim = unclaimed) =>
    permitted(by, 'review').asyncAndThen(() =>
      move<VendorPayment, VendorPaymentStateConflict | SelfApproval | PaymentNotIntact>(
        target,
        (before) => {
          const at = ports.clock.now();
          return reviewed(before, { by, at, outcome, ...present({ notes }) }).map((next) => ({
            by,
            origin,
            at,
            action: 'payment.reviewed',
            before,
            next,
          }));
        },
        claim,
        verified,
      ),
    );
};
