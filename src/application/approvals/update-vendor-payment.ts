import { errAsync, okAsync, type Result, type ResultAsync } from 'neverthrow';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { AlreadyApproved, SelfApproval } from '../../domain/approvals/decisions.ts';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import {
  atExpectedVersion,
  type Expecting,
  type VersionMismatch,
} from '../../domain/kernel/expected-version.ts';
import type { ApprovalCommitRefused, ApprovalCommits } from '../../ports/approvals/approval-commits.ts';
import type { ApprovalIds } from '../../ports/approvals/approval-ids.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type ChangedMeanwhile, orChangedMeanwhile, retryWhenStale } from '../kernel/retry-when-stale.ts';
import { approvalChange, type ClaimApproval, type VendorPaymentUpdate } from './approval-change.ts';

/** Which payment is changed, and which of its versions the change is for. */
export type VendorPaymentTarget = Expecting & Readonly<{ id: VendorPaymentId }>;

/** Unknown, or not to be seen by the approver of the request. */
export type VendorPaymentNotFound = Readonly<{ kind: 'VendorPaymentNotFound'; id: VendorPaymentId }>;

export type UpdatePorts = Readonly<{
  vendorPayments: VendorPayments;
  approvalCommits: ApprovalCommits;
  clock: Clock;
  approvalIds: ApprovalIds;
  digests: Digests;
}>;

export type UpdateFailure =
  | VendorPaymentNotFound
  | VersionMismatch
  | ChangedMeanwhile
  | SelfApproval
  | AlreadyApproved
  | StorageUnavailable;

/** A move that is to be written, or none; it may take others to decide. */
type Decided<Next extends VendorPayment, Failure> =
  | Result<VendorPaymentUpdate<Next> | { unchanged: Next }, Failure>
  | ResultAsync<VendorPaymentUpdate<Next> | { unchanged: Next }, Failure>;

/**
 * Reads a payment, decides and commits; when others moved it meanwhile, reads and decides again, as long as the target's version
 * is still the newest. A decision that gives
 * no move leaves all as it is.
 */
export const updateVendorPayment =
  (ports: UpdatePorts) =>
  <Next extends VendorPayment, Failure extends Readonly<{ kind: string }>>(
    target: VendorPaymentTarget,
    decide: (payment: VendorPayment, links: readonly AuditLogEntry[]) => Decided<Next, Failure>,
    claim: ClaimApproval,
    /** What is read is put before this first, and its links before the decision; without it there are none. */
    check: (
      payment: VendorPayment,
    ) => ResultAsync<readonly AuditLogEntry[], Failure | StaleVersion | StorageUnavailable> = () =>
      okAsync([]),
  ): ResultAsync<Next, Failure | UpdateFailure> => {
    const attempt = (): ResultAsync<Next, Failure | StaleVersion | UpdateFailure> =>
      found(ports.vendorPayments, target.id)
        .andThen((payment) => atExpectedVersion(payment, target))
        .andThen((payment) => check(payment).map((links) => ({ payment, links })))
        .andThen(({ payment: before, links }) =>
          okAsync(before)
            .andThen<VendorPaymentUpdate<Next> | { unchanged: Next }, Failure>(() => decide(before, links))
            .andThen<Next, Failure | StaleVersion | UpdateFailure>((move) => {
              if ('unchanged' in move) return okAsync(move.unchanged);
              const { change, payment } = approvalChange(ports, move, claim);
              return ports.approvalCommits
                .commit(change)
                .map(() => payment)
                .mapErr(ofUpdate);
            }),
        );
    return retryWhenStale(attempt).mapErr(orChangedMeanwhile);
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

function ofUpdate(
  refused: ApprovalCommitRefused | StorageUnavailable,
): StaleVersion | ChangedMeanwhile | SelfApproval | AlreadyApproved | StorageUnavailable {
  switch (refused.kind) {
    case 'StaleVersion':
    case 'SelfApproval':
    case 'AlreadyApproved':
    case 'StorageUnavailable':
      return refused;
    case 'ClaimTaken':
      // The same request came twice, and the other was faster.
      return { kind: 'ChangedMeanwhile' };
    case 'EventSeen':
    case 'DuplicateIncident':
      throw new Error(`${refused.kind} of a payment that exists already`);
  }
}
