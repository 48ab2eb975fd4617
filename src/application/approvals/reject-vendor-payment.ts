import type { ResultAsync } from 'neverthrow';
import { permitted, type RoleNotAllowed } from '../../domain/approvals/approver.ts';
import { rejectVendorPayment as rejected } from '../../domain/approvals/decisions.ts';
import type { PartyNotAllowed } from '../../domain/approvals/maker-checker.ts';
import type { Cancelled, VendorPaymentStateConflict } from '../../domain/approvals/vendor-payment.ts';
import { type Asked, type ClaimApproval, unclaimed } from './approval-change.ts';
import {
  type UpdateFailure,
  type UpdatePorts,
  updateVendorPayment,
  type VendorPaymentTarget,
} from './update-vendor-payment.ts';

export type RejectVendorPaymentRequest = Asked & VendorPaymentTarget & Readonly<{ reason: string }>;
export type RejectVendorPaymentFailure =
  | RoleNotAllowed
  | PartyNotAllowed
  | VendorPaymentStateConflict
  | UpdateFailure;

/** Says no for good, while no money is under way and none has arrived. The incident and vendor are free for another payment. */
export type RejectVendorPayment = (
  request: RejectVendorPaymentRequest,
  claim?: ClaimApproval,
) => ResultAsync<Cancelled, RejectVendorPaymentFailure>;

export const rejectVendorPayment = (ports: UpdatePorts): RejectVendorPayment => {
  const move = updateVendorPayment(ports);
  return ({ by, origin, reason, ...target }, claim = unclaimed) =>
    permitted(by, 'reject').asyncAndThen(() =>
      move<Cancelled, VendorPaymentStateConflict | PartyNotAllowed>(
        target,
        (before) => {
          const at = ports.clock.now();
          return rejected(before, { by, at, reason }).map((next) => ({
            by,
            origin,
            at,
            action: 'payment.rejected',
            before,
            next,
          }));
        },
        claim,
      ),
    );
};
