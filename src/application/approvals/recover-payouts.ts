import { okAsync, type ResultAsync } from 'neverthrow';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import { mayLeave, resumePayout } from '../../domain/approvals/payout.ts';
import { identitiesOf } from '../../domain/kernel/identity.ts';
import type { ApprovalCommitRefused } from '../../ports/approvals/approval-commits.ts';
import type { WithheldPayout } from '../../ports/approvals/payout-alarm.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type RecoveryEnd, type RecoveryRound, recoveryRound } from '../kernel/recovery-round.ts';
import { type Asked, approvalChange } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { completePayout, type PayoutPorts } from './complete-payout.ts';
import { type PaymentNotIntact, verifiedLinks } from './verify-payment.ts';

/**
 * Finishes what crashes and silence left open: takes over each payout that is due, asks the processor for the reference
 * and commits its answer; sends the same again only when the processor provably has none and the approvals still hold. A
 * payment whose audit chain does not lead to what is stored is left as it is. Both raise the alarm. Any number of workers
 * may run it at once; `recoveryRound` says what becomes of a payout that cannot be moved.
 */
export type RecoverPayouts = RecoveryRound;

export const recoverPayouts = (
  ports: PayoutPorts,
  { payouts: terms, policy }: Pick<ApprovalRules, 'payouts' | 'policy'>,
): RecoverPayouts => {
  const complete = completePayout(ports);
  const verified = verifiedLinks(ports);
  const withheld = (id: VendorPaymentId, reason: WithheldPayout['reason']): RecoveryEnd => {
    ports.payoutAlarm.raise({ id, reason });
    return 'stuck';
  };
  const endOf = (failure: RecoverFailure): RecoveryEnd => {
    if (failure.kind === 'PaymentNotIntact') return withheld(failure.id, failure.kind);
    return failure.kind === 'StorageUnavailable' ? 'waiting' : 'skipped';
  };
  return recoveryRound<VendorPaymentId>({
    clock: ports.clock,
    leaseMs: terms.leaseMs,
    due: (now, limit) => ports.vendorPayments.due(now, limit),
    nameOf: (id) => id,
    recover: (id, moved) =>
      ports.vendorPayments
        .find(id)
        .andThen((before): ResultAsync<RecoveryEnd, RecoverFailure> => {
          const at = ports.clock.now();
          if (before?.status !== 'processing' || before.dueAt > at) return okAsync('skipped');
          return verified(before).andThen((links) => {
            const mayPay = mayLeave({ payment: before, links }, { policy, sha256: ports.digests.sha256 });
            const next = resumePayout(before, at, terms);
            const move = { ...RECOVERY, at, action: 'payment.resumed', before, next };
            const { change, payment } = approvalChange(ports, move);
            return ports.approvalCommits
              .commit(change)
              .map(moved)
              .andThen(() => complete({ ...RECOVERY, payment }, mayPay ? 'lookup' : 'record'))
              .map(({ payment: { status }, differs }): RecoveryEnd => {
                if (status !== 'processing') return 'settled';
                if (differs) return 'stuck';
                return mayPay ? 'waiting' : withheld(id, 'ApprovalVoid');
              });
          });
        })
        .orElse((failure) => okAsync(endOf(failure))),
  });
};

type RecoverFailure = ApprovalCommitRefused | PaymentNotIntact | StorageUnavailable;

const RECOVERY: Asked = {
  by: { id: 'recovery', identities: identitiesOf({ subject: 'recovery' }), roles: ['system'] },
  origin: { actor: { id: 'recovery', type: 'system' }, requestId: 'recovery' },
};
