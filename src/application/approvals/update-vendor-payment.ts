import { errAsync, okAsync, type Result, type ResultAsync } from 'neverthrow';
import type { AlreadyApproved, SelfApproval } from '../../domain/approvals/decisions.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { ApprovalCommitRefused, ApprovalCommits } from '../../ports/approvals/approval-commits.ts';
import type { ApprovalIds } from '../../ports/approvals/approval-ids.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ChangedMeanwhile } from '../kernel/changed-meanwhile.ts';
import { approvalChange, type VendorPaymentUpdate } from './approval-change.ts';

/** Unknown, or not to be seen by who asks. */
export type VendorPaymentNotFound = Readonly<{ kind: 'VendorPaymentNotFound'; id: VendorPaymentId }>;

export type MovePorts = Readonly<{
  vendorPayments: VendorPayments;
  approvalCommits: ApprovalCommits;
  clock: Clock;
  approvalIds: ApprovalIds;
  digests: Digests;
}>;

export type MoveFailure =
  | VendorPaymentNotFound
  | ChangedMeanwhile
  | SelfApproval
  | AlreadyApproved
  | StorageUnavailable;

const MOST_ATTEMPTS = 10;

/**
 * Reads a payment, decides and commits; when others moved it meanwhile, reads and decides again. A decision that gives
 * no move leaves all as it is.
 */
export const updateVendorPayment =
  (ports: MovePorts) =>
  <Next extends VendorPayment, Failure>(
    id: VendorPaymentId,
    decide: (payment: VendorPayment) => Result<VendorPaymentUpdate<Next> | { unchanged: Next }, Failure>,
  ): ResultAsync<Next, Failure | MoveFailure> => {
    const attempt = (left: number): ResultAsync<Next, Failure | MoveFailure> =>
      found(ports.vendorPayments, id).andThen((before) =>
        decide(before).asyncAndThen<Next, Failure | MoveFailure>((move) => {
          if ('unchanged' in move) return okAsync(move.unchanged);
          const { change, payment } = approvalChange(ports, move);
          return ports.approvalCommits
            .commit(change)
            .map(() => payment)
            .orElse<Next, Failure | MoveFailure>((refused) => {
              const failure = ofMove(refused);
              if (failure !== 'stale') return errAsync(failure);
              return left > 1 ? attempt(left - 1) : errAsync({ kind: 'ChangedMeanwhile' });
            });
        }),
      );
    return attempt(MOST_ATTEMPTS);
  };

export const found = (
  vendorPayments: VendorPayments,
  id: VendorPaymentId,
): ResultAsync<VendorPayment, VendorPaymentNotFound | StorageUnavailable> =>
  vendorPayments
    .find(id)
    .andThen((payment) =>
      payment === undefined ? errAsync({ kind: 'VendorPaymentNotFound' as const, id }) : okAsync(payment),
    );

function ofMove(
  refused: ApprovalCommitRefused | StorageUnavailable,
): 'stale' | SelfApproval | AlreadyApproved | StorageUnavailable {
  switch (refused.kind) {
    case 'StaleVersion':
      return 'stale';
    case 'SelfApproval':
    case 'AlreadyApproved':
    case 'StorageUnavailable':
      return refused;
    case 'EventSeen':
    case 'DuplicateIncident':
      throw new Error(`${refused.kind} of a payment that exists already`);
  }
}
