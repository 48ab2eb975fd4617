import type { ApprovalEvent } from '../../../domain/approvals/approval-events.ts';
import type { ApprovalMessage } from '../../../domain/approvals/approval-message.ts';
import type { AuditLogEntry } from '../../../domain/approvals/audit-log.ts';
import type { Refusal, RefusalHead } from '../../../domain/approvals/refusal.ts';
import type { RequestClaim, RequestClaimTrace } from '../../../domain/approvals/request-claim.ts';
import type { SentEvent } from '../../../domain/approvals/sent-event.ts';
import type { VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import type { Instant } from '../../../domain/kernel/instant.ts';
import type { OutboxStore } from '../store.ts';

/** Everything the memory adapters of approvals share; one object is one database. Values are immutable and never copied. */
export type ApprovalsStore = OutboxStore<ApprovalEvent> &
  Readonly<{
    payments: Map<string, StoredVendorPayment>;
    /** By ascending id. */
    sorted: VendorPayment[];
    /** Whose each incident and vendor is. */
    live: Map<string, string>;
    /** Payment, revision and each identity of the person of every approval ever given. */
    approvals: Set<string>;
    eventKeys: Set<string>;
    claims: Map<string, RequestClaim>;
    claimTraces: Map<string, RequestClaimTrace>;
    auditOf: Map<string, AuditLogEntry[]>;
    refusalsOf: Map<string, Refusal[]>;
    refusalHeads: Map<string, RefusalHead>;
    /** By payment and id. */
    sentEvents: Map<string, SentEvent>;
    /** Of the stand-in for the queue, by the id of their event. */
    messages: Map<string, StoredMessage>;
    /** Of the stand-in for the bus, by id. */
    published: Map<string, ApprovalEvent>;
  }>;

/** A message that was not removed. It waits or, after its last receive, is dead from `visibleAt` on. */
export type StoredMessage = Readonly<{ message: ApprovalMessage; visibleAt: Instant; receives: number }>;

/** `changeId` is of the newest change. */
export type StoredVendorPayment = Readonly<{ payment: VendorPayment; changeId: string }>;

export const approvalsStore = (): ApprovalsStore => ({
  outbox: [],
  parked: new Map(),
  payments: new Map(),
  sorted: [],
  live: new Map(),
  approvals: new Set(),
  eventKeys: new Set(),
  claims: new Map(),
  claimTraces: new Map(),
  auditOf: new Map(),
  refusalsOf: new Map(),
  refusalHeads: new Map(),
  sentEvents: new Map(),
  messages: new Map(),
  published: new Map(),
  written: new WeakSet(),
});

export const liveKeyText = ({
  incidentId,
  vendorId,
}: Pick<VendorPayment, 'incidentId' | 'vendorId'>): string => `${incidentId} ${vendorId}`;
