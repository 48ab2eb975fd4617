import { err, ok, type ResultAsync } from 'neverthrow';
import { hashTerms } from '../../domain/approvals/approval.ts';
import { permitted } from '../../domain/approvals/approver.ts';
import { type ApproveRefused, approveVendorPayment as approved } from '../../domain/approvals/decisions.ts';
import type { ApprovalVoid } from '../../domain/approvals/payout.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Asked, type ClaimApproval, unclaimed } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import {
  type UpdateFailure,
  type UpdatePorts,
  updateVendorPayment,
  type VendorPaymentTarget,
} from './update-vendor-payment.ts';
import { type PaymentNotIntact, type VerifyPorts, verifiedLinks } from './verify-payment.ts';

export type ApproveVendorPaymentRequest = Asked &
  VendorPaymentTarget &
  Readonly<{
    notes?: string;
    /** Of the terms that the person has seen. Once the terms were ever changed, it is needed, or else the version that was seen. */
    termsHash?: string;
  }>;
/** The terms were changed since the payment was made, and the request does not say which it approves. */
export type TermsHashRequired = Readonly<{ kind: 'TermsHashRequired' }>;
export type ApproveVendorPaymentFailure =
  | ApproveRefused
  | ApprovalVoid
  | TermsHashRequired
  | PaymentNotIntact
  | UpdateFailure;

/**
 * One approver's yes. Of several at once each counts, once for each person. A yes never falls on terms that changed since
 * it was asked for: it is refused, and may be given anew. Nor does it fall on an edited row, whose content its link would
 * seal: the audit chain is checked first, with one read.
 */
export type ApproveVendorPayment = (
  request: ApproveVendorPaymentRequest,
  claim?: ClaimApproval,
) => ResultAsync<VendorPayment, ApproveVendorPaymentFailure>;

export const approveVendorPayment = (
  ports: UpdatePorts & VerifyPorts,
  { policy }: Pick<ApprovalRules, 'policy'>,
): ApproveVendorPayment => {
  const move = updateVendorPayment(ports);
  const verified = verifiedLinks(ports);
  const { sha256 } = ports.digests;
  /** A hash of the version before this one does not say which metadata were seen. */
  const saysAll = (payment: VendorPayment, termsHash: string | undefined) =>
    termsHash !== undefined && payment.termsHash === hashTerms(payment, sha256);
  return ({ by, origin, notes, termsHash, ...target }, claim = unclaimed) => {
    let revision: number | undefined;
    return permitted(by, 'approve').asyncAndThen(() =>
      move<VendorPayment, ApproveRefused | ApprovalVoid | TermsHashRequired | PaymentNotIntact>(
        target,
        (before) => {
          revision ??= before.revision;
          if (revision !== before.revision || (termsHash ?? before.termsHash) !== before.termsHash)
            return err({ kind: 'ApprovalVoid' });
          const at = ports.clock.now();
          const approving = { by, at, ...present({ notes }) };
          return approved(before, approving, policy).andThen(({ payment: next, approval }) =>
            before.revision > 1 && target.expectedVersions === undefined && !saysAll(before, termsHash)
              ? err({ kind: 'TermsHashRequired' as const })
              : ok({
                  by,
                  origin,
                  at,
                  action: next.status === 'approved' ? 'payment.approved' : 'payment.approval_given',
                  before,
                  next,
                  approval,
                }),
          );
        },
        claim,
        verified,
      ),
    );
  };
};
