import { err, ok, type Result } from 'neverthrow';
import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import type { Approval } from './approval.ts';
import { type Approver, hasRole, type RoleNotAllowed } from './approver.ts';
import { approverIn, byAnother, isBarred, isSamePerson, type PartyNotAllowed } from './maker-checker.ts';
import { type ApprovalPolicy, approvalsMissing, rolesAwaited, tierFor } from './policy.ts';
import {
  type Approved,
  type Cancelled,
  nextOf,
  type PendingApproval,
  type VendorPayment,
  type VendorPaymentStateConflict,
} from './vendor-payment.ts';

/** Who made or changed a payment, or is paid by it, does not approve it, under whichever claim of theirs. */
export type SelfApproval = Readonly<{ kind: 'SelfApproval' }>;
/** Each person counts once, under all of their claims. */
export type AlreadyApproved = Readonly<{ kind: 'AlreadyApproved' }>;
export type ApproveRefused = VendorPaymentStateConflict | SelfApproval | AlreadyApproved | RoleNotAllowed;

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

/** A score too high, or none at all. */
export const isFlagged = ({ fraud }: VendorPayment): boolean => fraud.status === 'flagged';

const conflict = ({ status }: VendorPayment) =>
  err<never, VendorPaymentStateConflict>({ kind: 'VendorPaymentStateConflict', status });
