import { err, ok, type Result } from 'neverthrow';
import type { Sha256 } from '../kernel/audit-chain.ts';
import type { Instant } from '../kernel/instant.ts';
import { isHashOf } from './approval.ts';
import { hasRole } from './approver.ts';
import { type Audited, areMoves } from './audited-moves.ts';
import { isFlagged } from './decisions.ts';
import type { JudgedFraud } from './fraud-review.ts';
import {
  approverIn,
  byAnother,
  isBarred,
  isSamePerson,
  type PartyNotAllowed,
  type Person,
} from './maker-checker.ts';
import { type ApprovalPolicy, approvalsMissing, tierFor } from './policy.ts';
import {
  type Approved,
  type Completed,
  type Failed,
  isJudgedFraud,
  nextOf,
  type Processing,
  type VendorPayment,
  type VendorPaymentStateConflict,
} from './vendor-payment.ts';

/** `leaseMs` must outlast the processor's timeout, or two could ask at once. */
export type PayoutTerms = Readonly<{ leaseMs: number }>;

/** What was approved is not what would be paid, or its approvals are not what the policy requires by now. */
export type ApprovalVoid = Readonly<{ kind: 'ApprovalVoid' }>;
export type PayoutRefused = VendorPaymentStateConflict | PartyNotAllowed | JudgedFraud | ApprovalVoid;

/** What a payout is judged by, anew each time that money may leave. */
export type PayoutJudgement = Readonly<{ policy: ApprovalPolicy; sha256: Sha256 }>;

/** approved | failed → processing: the intent, on record before money leaves, of a payment that `mayLeave`. */
export function beginPayout(
  { payment, links }: Audited<VendorPayment>,
  { by, at }: Readonly<{ by: Person; at: Instant }>,
  { leaseMs }: PayoutTerms,
  judgement: PayoutJudgement,
): Result<Processing, PayoutRefused> {
  if (payment.status !== 'approved' && payment.status !== 'failed')
    return err({ kind: 'VendorPaymentStateConflict', status: payment.status });
  return byAnother(payment, by).andThen<Processing, PayoutRefused>(() => {
    if (isJudgedFraud(payment)) return err({ kind: 'JudgedFraud' });
    return mayLeave({ payment, links }, judgement)
      ? ok({
          ...nextOf(payment, at),
          ...decidedOf(payment),
          status: 'processing',
          attempt: payment.status === 'failed' ? payment.attempt + 1 : 1,
          dueAt: at + leaseMs,
          resumptions: 0,
        })
      : err({ kind: 'ApprovalVoid' });
  });
}

/**
 * Takes over from a holder that stalled or got no answer. The lease grows with every turn, doubling up to 5 min, so that a
 * dead processor is asked ever less often.
 */
export const resumePayout = (payment: Processing, now: Instant, { leaseMs }: PayoutTerms): Processing => ({
  ...payment,
  version: payment.version + 1,
  updatedAt: now,
  resumptions: payment.resumptions + 1,
  dueAt: now + Math.max(leaseMs, Math.min(1_000 * 2 ** Math.min(payment.resumptions, 16), 300_000)),
});

/** What the processor says of a payout. A refusal is for good; what was paid may come back. */
export type PayoutOutcome = PayoutRefusal | (Named & Readonly<{ paid: true }>);
export type PayoutRefusal = Named & Readonly<{ paid: false; reason: string }>;
type Named = Readonly<{ processorReference: string; processedAt: Instant }>;

/** processing → completed | failed. */
export const concludePayout = (
  payment: Processing,
  outcome: PayoutOutcome,
  now: Instant,
): Completed | Failed =>
  outcome.paid
    ? { ...payoutOf(payment, outcome, now), status: 'completed' }
    : { ...payoutOf(payment, outcome, now), status: 'failed', failedReason: outcome.reason };

/**
 * completed → failed: what was paid came back, or has not reached the vendor's bank. It may be asked for again, as the next attempt:
 * the processor pays it anew only where nothing that it paid stands.
 */
export const returnPayout = (payment: Completed, outcome: PayoutRefusal, now: Instant): Failed => ({
  ...payoutOf(payment, outcome, now),
  status: 'failed',
  failedReason: outcome.reason,
});

const payoutOf = (
  payment: Processing | Completed,
  { processedAt, processorReference }: PayoutOutcome,
  now: Instant,
) => ({
  ...nextOf(payment, now),
  ...decidedOf(payment),
  attempt: payment.attempt,
  processedAt,
  processorReference,
});

/**
 * Whether everything that made a payment approved holds still: its audit links are moves, so that each approval was given by
 * its own actor on the terms as they stand (`areMoves`), is by a person who neither made it nor is paid by it, counts once,
 * and all together they are what the policy requires.
 */
export const mayLeave = (
  { payment, links }: Audited<Approved | Failed | Processing>,
  { policy, sha256 }: PayoutJudgement,
): boolean => areMoves(links) && isBound(payment, sha256) && satisfies(payment, policy);

const isBound = (payment: Approved | Failed | Processing, sha256: Sha256): boolean =>
  isHashOf(payment.termsHash, payment, sha256) &&
  payment.approvals.every((approval) => !isBarred(payment, approverIn(approval)));

/** True when the approvals, one for each person, are by whom the policy requires. */
function satisfies(payment: Approved | Failed | Processing, policy: ApprovalPolicy): boolean {
  const { approvals, amount } = payment;
  const { roles } = tierFor(policy, amount);
  return (
    areDistinct(approvals.map(approverIn)) &&
    approvals.every((approval) => hasRole(approval, roles)) &&
    approvalsMissing(policy, { amount, flagged: isFlagged(payment) }, approvals) === 0
  );
}

const areDistinct = (people: readonly Person[]): boolean =>
  people.every((one, index) => !people.slice(index + 1).some((other) => isSamePerson(one, other)));

const decidedOf = ({ approvals, approvedBy, approvedAt }: Approved | Completed | Failed | Processing) => ({
  approvals,
  approvedBy,
  approvedAt,
});
