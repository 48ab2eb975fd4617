import type { ResultAsync } from 'neverthrow';
import type { Approval } from '../../domain/approvals/approval.ts';
import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { AlreadyApproved, SelfApproval } from '../../domain/approvals/decisions.ts';
import type { RequestClaim } from '../../domain/approvals/request-claim.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { ClaimTaken, Guarded, StaleVersion } from '../commits.ts';
import type { StorageUnavailable } from '../unavailable.ts';

/**
 * Every write of one step, as one value. The payment says the rest: its first version takes incident and vendor for it,
 * and one that is cancelled lets them go.
 *
 * ```ts
 * // A first approval: the payment's next version with the yes in it, and the link that says so.
 * const change: ApprovalChange = {
 *   id: approvalIds.change(at),
 *   at,
 *   payment: { expected: before.version, next },
 *   approval,
 *   entry,
 *   events: [],
 * };
 * ```
 */
export type ApprovalChange = Readonly<{
  /** Unique for each change. */
  id: string;
  at: Instant;
  payment: Guarded<VendorPayment>;
  /** The approval that this change adds; it is among the payment's. */
  approval?: Approval;
  entry: AuditLogEntry;
  events: readonly ApprovalEvent[];
  /** Of the event outside that caused it, source included; taken for good. */
  eventKey?: string;
  /** Of the request that is done by it; made by this change alone, and taken for as long as it does not expire. */
  claim?: RequestClaim;
}>;

/** The event has caused a payment before. Nothing was written. */
export type EventSeen = Readonly<{ kind: 'EventSeen' }>;
/** The incident and vendor have a live payment. Nothing was written. */
export type DuplicateIncident = Readonly<{ kind: 'DuplicateIncident' }>;

/** When several apply, the first of these is given. */
export type ApprovalCommitRefused =
  | ClaimTaken
  | StaleVersion
  | EventSeen
  | DuplicateIncident
  | SelfApproval
  | AlreadyApproved;

/** The one way to write. Adapters must pass `test/contract/approvals/approval-commits.contract.ts`. */
export interface ApprovalCommits {
  /**
   * Applies all of the change or none, durably, before it resolves; from then on every read sees it. Of rival changes
   * exactly one wins. Refuses, by constraints of the store's own that hold whatever the core believes: a request whose key
   * is taken, a payment that has
   * moved on, an event taken before, a second live payment of an incident and vendor, an approval by one of the payment's
   * makers, and a second approval by one person of one revision. Transient faults are retried inside, within bounds.
   * Committing the same change again is Ok and writes nothing, also after a lost reply, until a later change moves the
   * payment.
   */
  commit(change: ApprovalChange): ResultAsync<void, ApprovalCommitRefused | StorageUnavailable>;
}
