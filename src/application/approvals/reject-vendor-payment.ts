import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { permitted, type RoleNotAllowed } from '../../domain/approvals/approver.ts';
import { rejectVendorPayment as rejected } from '../../domain/approvals/decisions.ts';
import type { PartyNotAllowed } from '../../domain/approvals/maker-checker.ts';
import type {
  Cancelled,
  VendorPayment,
  VendorPaymentStateConflict,
} from '../../domain/approvals/vendor-payment.ts';
import type { Payouts, PayoutsUnavailable } from '../../ports/approvals/payouts.ts';
import { type Asked, type ClaimApproval, unclaimed } from './approval-change.ts';
import {
  type UpdateFailure,
  type UpdatePorts,
  updateVendorPayment,
  type VendorPaymentTarget,
} from './update-vendor-payment.ts';

export type RejectVendorPaymentRequest = Asked & VendorPaymentTarget & Readonly<{ reason: string }>;
/** The vendor has the money, though it did not reach their bank: another payment for the same would pay it twice. */
export type PayoutStands = Readonly<{ kind: 'PayoutStands' }>;
export type RejectVendorPaymentFailure =
  | RoleNotAllowed
  | PartyNotAllowed
  | VendorPaymentStateConflict
  | PayoutStands
  | PayoutsUnavailable
  | UpdateFailure;

/**
 * Says no for good, while no money is under way and none is with the vendor: of a failed payment the processor's record is asked. The
 * incident and vendor are free for another payment.
 */
export type RejectVendorPayment = (
  request: RejectVendorPaymentRequest,
  claim?: ClaimApproval,
) => ResultAsync<Cancelled, RejectVendorPaymentFailure>;

export const rejectVendorPayment = (
  ports: UpdatePorts & Readonly<{ payouts: Payouts }>,
): RejectVendorPayment => {
  const move = updateVendorPayment(ports);
  return ({ by, origin, reason, ...target }, claim = unclaimed) =>
    permitted(by, 'reject').asyncAndThen(() =>
      move<Cancelled, VendorPaymentStateConflict | PartyNotAllowed | PayoutStands | PayoutsUnavailable>(
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
        (before) =>
          rejected(before, { by, at: ports.clock.now(), reason }).isOk()
            ? nothingStands(ports.payouts, before)
            : okAsync([]),
      ),
    );
};

/** Nothing but a payout that was begun can stand, and one under way is not to be rejected. */
const nothingStands = (
  payouts: Payouts,
  { id, status }: VendorPayment,
): ResultAsync<readonly never[], PayoutStands | PayoutsUnavailable> =>
  status === 'failed'
    ? payouts
        .lookup(id)
        .andThen(({ paid }) => (paid ? errAsync({ kind: 'PayoutStands' as const }) : okAsync([])))
        .orElse((failure) => (failure.kind === 'PayoutHasNoRecord' ? okAsync([]) : errAsync(failure)))
    : okAsync([]);
