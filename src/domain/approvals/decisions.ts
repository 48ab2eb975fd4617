import { err, ok, type Result } from 'neverthrow';
import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import type { Approval } from './approval.ts';
import { type Approver, hasRole, type RoleNotAllowed } from './approver.ts';
import type { JudgedFraud, ReviewOutcome } from './fraud-review.ts';
import { approverIn, byAnother, isBarred, isSamePerson, type PartyNotAllowed } from './maker-checker.ts';
import { type ApprovalPolicy, approvalsMissing, rolesAwaited, tierFor } from './policy.ts';
import {
  type Approved,
  type Cancelled,
  isJudgedFraud,
  nextOf,
  type PendingApproval,
  type VendorPayment,
  type VendorPaymentStateConflict,
} from './vendor-payment.ts';

/** Who made or changed a payment, or is paid by it, neither approves nor reviews it, under whichever claim of theirs. */
export type SelfApproval = Readonly<{ kind: 'SelfApproval' }>;
/** Each person counts once, under all of their claims. */
export type AlreadyApproved = Readonly<{ kind: 'AlreadyApproved' }>;
export type ApproveRefused =
  | VendorPaymentStateConflict
  | SelfApproval
  | AlreadyApproved
  | RoleNotAllowed
  | JudgedFraud;

export type Approving = Readonly<{ by: Approver; at: Instant; notes?: string }>;

/**
 * One approver's yes: pending_approval → approved when it is the last that the policy requires, else pending still. A yes
 * that would bring the payment no nearer, such as a second dispatcher's where an admin is awaited, is refused, and so it
 * is known at once who is.
 */
export function approveVendorPayment(
  payment: VendorPayment,
  { by, at, notes }: Approving,
  policy: ApprovalPolicy,
): Result<Readonly<{ payment: PendingApproval | Approved; approval: Approval }>, ApproveRefused> {
  if (payment.status !== 'pending_approval') return conflict(payment);
  if (isBarred(payment, by)) return err({ kind: 'SelfApproval' });
  if (payment.approvals.some((given) => isSamePerson(approverIn(given), by)))
    return err({ kind: 'AlreadyApproved' });
  if (isJudgedFraud(payment)) return err({ kind: 'JudgedFraud' });
  const { revision, termsHash, amount } = payment;
  const judged = { amount, flagged: isFlagged(payment) };
  const approval: Approval = {
    by: by.id,
    identities: by.identities,
    ...present({ vendorId: by.vendorId }),
    roles: by.roles,
    at,
    ...present({ notes }),
    revision,
    termsHash,
  };
  const approvals = [...payment.approvals, approval];
  const missing = approvalsMissing(policy, judged, approvals);
  if (
    !hasRole(by, tierFor(policy, amount).roles) ||
    missing >= approvalsMissing(policy, judged, payment.approvals)
  )
    return err({ kind: 'RoleNotAllowed', allowed: rolesAwaited(policy, judged, payment.approvals) });
  const next = { ...nextOf(payment, at), approvals };
  return ok({
    approval,
    payment:
      missing === 0
        ? { ...next, status: 'approved', approvedBy: by.id, approvedAt: at }
        : { ...next, status: 'pending_approval' },
  });
}

/**
 * pending_approval | approved | failed → cancelled, for good: what the processor refused for good has its way out too. That nothing it
 * paid stands is the caller's to know.
 */
export function rejectVendorPayment(
  payment: VendorPayment,
  { by, at, reason }: Readonly<{ by: Approver; at: Instant; reason: string }>,
): Result<Cancelled, VendorPaymentStateConflict | PartyNotAllowed> {
  if (payment.status !== 'pending_approval' && payment.status !== 'approved' && payment.status !== 'failed')
    return conflict(payment);
  return byAnother(payment, by).map(() => ({
    ...nextOf(payment, at),
    approvals: payment.approvals,
    ...(payment.status !== 'pending_approval'
      ? { approvedBy: payment.approvedBy, approvedAt: payment.approvedAt }
      : {}),
    status: 'cancelled',
    rejectedBy: by.id,
    rejectedAt: at,
    rejectedReason: reason,
  }));
}

export type Reviewing = Readonly<{ by: Approver; at: Instant; outcome: ReviewOutcome; notes?: string }>;

/**
 * Puts a finding on a payment of any status but `processing`, whose version is the payout's fence. The status stays; see
 * `JudgedFraud` for what a fraud stops. Neither its makers nor its parties judge a payment.
 */
export function reviewVendorPayment(
  payment: VendorPayment,
  { by, at, outcome, notes }: Reviewing,
): Result<VendorPayment, VendorPaymentStateConflict | SelfApproval> {
  if (payment.status === 'processing') return conflict(payment);
  if (isBarred(payment, by)) return err({ kind: 'SelfApproval' });
  return ok({
    ...payment,
    version: payment.version + 1,
    updatedAt: at,
    review: { outcome, by: by.id, at, ...present({ notes }) },
  });
}

/** A score too high, or none at all. */
export const isFlagged = ({ fraud }: VendorPayment): boolean => fraud.status === 'flagged';

const conflict = ({ status }: VendorPayment) =>
  err<never, VendorPaymentStateConflict>({ kind: 'VendorPaymentStateConflict', status });
