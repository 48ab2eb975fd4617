import type { ResultAsync } from 'neverthrow';
import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import type { GivenApproval } from '../../domain/approvals/given-approvals.ts';
import type { Refusal } from '../../domain/approvals/refusal.ts';
import type { RequestClaim, RequestClaimTrace } from '../../domain/approvals/request-claim.ts';
import type { SentEvent } from '../../domain/approvals/sent-event.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { StorageUnavailable } from '../unavailable.ts';

/** What a row is of, in whatever table or under whatever key a storage keeps it. */
export type ApprovalRowType =
  | 'vendor_payment'
  | 'line_item'
  | 'approval'
  | 'audit_entry'
  | 'refusal'
  | 'unique_key'
  | 'request_claim'
  | 'request_claim_trace'
  | 'list_entry'
  | 'event'
  | 'event_key'
  | 'schema';

/** `differs` from what would be written, `absent` though it would be written, or `orphaned`: nothing would write it. */
export type RowDifference = Readonly<{
  row: ApprovalRowType;
  id: string;
  fault: 'differs' | 'absent' | 'orphaned';
}>;

/** A payment with its whole chains, first link first, and every approval that was ever given, void ones included. */
export type PaymentHistory = Readonly<{
  payment: VendorPayment;
  links: readonly AuditLogEntry[];
  given: readonly GivenApproval[];
  refused: readonly Refusal[];
  /** Of the events of its links, those that must wait, be parked or have been sent. */
  owed: readonly SentEvent[];
}>;

/**
 * The claim of an idempotency key. `isSound` is false for one that is not what was written under its seal, how long its request
 * holds it apart; `isSealed` for one of before claims had seals.
 */
export type StoredClaim = Readonly<{
  type: 'claim';
  claim: RequestClaim;
  isSound: boolean;
  isSealed: boolean;
}>;

/** The trace of a claim, likewise. */
export type StoredTrace = Readonly<{ type: 'trace'; trace: RequestClaimTrace; isSound: boolean }>;

/** One page of a walk: `next` is absent on the last. */
type Page<Item> = Readonly<{ items: readonly Item[]; next?: string }>;

/**
 * Every row of approvals beneath what the other ports show, for `verify` alone. What a payment's rows are compared without
 * is in `docs/decisions/0008-what-verify-proves.md`. Adapters must pass `test/scenarios/approvals-integrity.scenario.ts`.
 */
export interface StoredRows {
  /**
   * How what is stored in all of a payment's places differs from what commits write for such a history: every column of its
   * rows and every attribute of its items, copies and keys included, and events that were neither sent nor wait. Empty for one that is sound. Strongly consistent.
   */
  differences(history: PaymentHistory): ResultAsync<readonly RowDifference[], StorageUnavailable>;
  /** A walk over every row: those that are in no place of any payment. Pages of bounded size, most of them empty. */
  strays(after?: string): ResultAsync<Page<RowDifference>, StorageUnavailable>;
  /**
   * A walk over the events that wait or are parked. `isSound` is false for one that is not stored as it would be written,
   * how its delivery went apart.
   */
  events(
    after?: string,
  ): ResultAsync<Page<Readonly<{ event: ApprovalEvent; isSound: boolean }>>, StorageUnavailable>;
  /** From when on every event that leaves the outbox is noted as sent. */
  sentSince(): ResultAsync<Instant, StorageUnavailable>;
  /** A walk over the claims of idempotency keys and their traces, those that have expired and are not deleted yet included. */
  claims(after?: string): ResultAsync<Page<StoredClaim | StoredTrace>, StorageUnavailable>;
  /** From when on every claim of which no link says so has its trace. */
  tracedSince(): ResultAsync<Instant, StorageUnavailable>;
}
