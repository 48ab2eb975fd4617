import { errAsync, type ResultAsync } from 'neverthrow';
import { permitted, type RoleNotAllowed } from '../../domain/approvals/approver.ts';
import { beginPayout, type PayoutRefused } from '../../domain/approvals/payout.ts';
import type { Processing, VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { type Asked, type ClaimApproval, unclaimed } from './approval-change.ts';
import type { ApprovalRules } from './approval-rules.ts';
import { completePayout, type PayoutPorts } from './complete-payout.ts';
import {
  found,
  type UpdateFailure,
  updateVendorPayment,
  type VendorPaymentTarget,
} from './update-vendor-payment.ts';
import { type PaymentNotIntact, verifiedLinks } from './verify-payment.ts';

export type ProcessVendorPaymentRequest = Asked & VendorPaymentTarget;
export type ProcessVendorPaymentFailure = RoleNotAllowed | PayoutRefused | PaymentNotIntact | UpdateFailure;

/**
 * Pays the vendor what was approved: its audit chain checked and its approvals judged again, intent on record, processor
 * asked, outcome on record. Of several at once one pays.
 * The payment comes back completed or failed, or processing while the processor has not answered: then recovery looks it up. After a
 * failure it may be asked for again, and goes out under the same reference.
 */
export type ProcessVendorPayment = (
  request: ProcessVendorPaymentRequest,
  claim?: ClaimApproval,
) => ResultAsync<VendorPayment, ProcessVendorPaymentFailure>;

export const processVendorPayment = (
  ports: PayoutPorts,
  { payouts: terms, policy }: Pick<ApprovalRules, 'payouts' | 'policy'>,
): ProcessVendorPayment => {
  const move = updateVendorPayment(ports);
  const verified = verifiedLinks(ports);
  const complete = completePayout(ports);
  return ({ by, origin, ...target }, claim = unclaimed) =>
    permitted(by, 'process')
      .asyncAndThen(() =>
        move<Processing, PayoutRefused | PaymentNotIntact>(
          target,
          (before, links) => {
            const at = ports.clock.now();
            return beginPayout({ payment: before, links }, { by, at }, terms, {
              policy,
              sha256: ports.digests.sha256,
            }).map((next) => ({
              by,
              origin,
              at,
              action: 'payment.processing',
              before,
              next,
            }));
          },
          claim,
          verified,
        ).mapErr((failure) => {
          if (failure.kind === 'PaymentNotIntact' || failure.kind === 'ApprovalVoid')
            ports.payoutAlarm.raise({ id: target.id, reason: failure.kind });
          return failure;
        }),
      )
      .andThen((payment) =>
        complete({ by, origin, payment }, 'pay')
          .map((completion) => completion.payment)
          .orElse<VendorPayment, ProcessVendorPaymentFailure>((failure) =>
            // The payout was taken over meanwhile: the stored payment is newer.
            failure.kind === 'StorageUnavailable'
              ? errAsync(failure)
              : found(ports.vendorPayments, target.id),
          ),
      );
};
