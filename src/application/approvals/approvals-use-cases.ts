import type { ApprovalIds } from '../../ports/approvals/approval-ids.ts';
import type { ApprovalsStorage } from '../../ports/approvals/approvals-storage.ts';
import type { BankPayouts } from '../../ports/approvals/bank-payouts.ts';
import type { FraudScorer } from '../../ports/approvals/fraud-scorer.ts';
import type { PayoutAlarm } from '../../ports/approvals/payout-alarm.ts';
import type { Payouts } from '../../ports/approvals/payouts.ts';
import type { RefusalAlarm } from '../../ports/approvals/refusal-alarm.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import { enforceRetention } from '../kernel/enforce-retention.ts';
import { answerOnce } from './answer-once.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { approveVendorPayment } from './approve-vendor-payment.ts';
import { awaitedApprovals } from './awaited-approvals.ts';
import { changeVendorPayment } from './change-vendor-payment.ts';
import { compareApprovalsHeads } from './compare-heads.ts';
import { createVendorPayment } from './create-vendor-payment.ts';
import { getAuditLog } from './get-audit-log.ts';
import { findByIncident, getVendorPayment } from './get-vendor-payment.ts';
import { listFlagged, listPending, listUnreviewed, listVendorPayments } from './list-vendor-payments.ts';
import { processVendorPayment } from './process-vendor-payment.ts';
import { receiveFailedBankPayout } from './receive-failed-bank-payout.ts';
import { receiveReturnedPayout } from './receive-returned-payout.ts';
import { recordingRefusals, recordRefusal } from './record-refusal.ts';
import { recordWorkCompleted } from './record-work-completed.ts';
import { recoverPayouts } from './recover-payouts.ts';
import { rejectVendorPayment } from './reject-vendor-payment.ts';
import { reportApprovers, reportFraud, reportIncidents, reportPayouts } from './report-vendor-payments.ts';
import { reviewVendorPayment } from './review-vendor-payment.ts';
import { tryFraudRules } from './try-fraud-rules.ts';
import { verifyApprovals } from './verify-approvals.ts';

/** All the world that approvals ask, as one value: each use case takes from it what it names. */
export type ApprovalsPorts = Omit<ApprovalsStorage, 'close' | 'health'> &
  Readonly<{
    clock: Clock;
    approvalIds: ApprovalIds;
    digests: Digests;
    signedTokens: SignedTokens;
    fraudScorer: FraudScorer;
    payouts: Payouts;
    /** Absent where payouts end with the processor. */
    bankPayouts?: BankPayouts;
    payoutAlarm: PayoutAlarm;
    refusalAlarm: RefusalAlarm;
  }>;

/** What people do with a payment that is there, and who may be refused: then it is in the payment's log. */
function decisions(ports: ApprovalsPorts, rules: ApprovalRules) {
  const record = recordRefusal(ports);
  return {
    recordRefusal: record,
    changeVendorPayment: recordingRefusals(record, 'change', changeVendorPayment(ports, rules)),
    approveVendorPayment: recordingRefusals(record, 'approve', approveVendorPayment(ports, rules)),
    rejectVendorPayment: recordingRefusals(record, 'reject', rejectVendorPayment(ports)),
    processVendorPayment: recordingRefusals(record, 'process', processVendorPayment(ports, rules)),
    reviewVendorPayment: recordingRefusals(record, 'review', reviewVendorPayment(ports)),
    getAuditLog: recordingRefusals(record, 'audit', getAuditLog(ports)),
  };
}

/** Everything the approvals service does. */
export const approvalsUseCases = (ports: ApprovalsPorts, rules: ApprovalRules) => ({
  answerOnce: answerOnce(ports, rules.claims),
  ...decisions(ports, rules),
  createVendorPayment: createVendorPayment(ports, rules),
  recordWorkCompleted: recordWorkCompleted(ports, rules),
  getVendorPayment: getVendorPayment(ports),
  findByIncident: findByIncident(ports),
  listVendorPayments: listVendorPayments(ports),
  listPending: listPending(ports),
  awaitedApprovals: awaitedApprovals(rules),
  listFlagged: listFlagged(ports),
  listUnreviewed: listUnreviewed(ports),
  tryFraudRules: tryFraudRules(ports),
  reportPayouts: reportPayouts(ports),
  reportIncidents: reportIncidents(ports),
  reportApprovers: reportApprovers(ports),
  reportFraud: reportFraud(ports),
  recoverPayouts: recoverPayouts(ports, rules),
  receiveReturnedPayout: receiveReturnedPayout(ports),
  receiveFailedBankPayout: receiveFailedBankPayout(ports),
  enforceRetention: enforceRetention(ports),
  verifyApprovals: verifyApprovals(ports),
  compareApprovalsHeads: compareApprovalsHeads(ports),
});

export type ApprovalsUseCases = Readonly<ReturnType<typeof approvalsUseCases>>;
