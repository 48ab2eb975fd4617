import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import type { Leases } from '../leases.ts';
import type { Outbox } from '../outbox.ts';
import type { Retention } from '../retention.ts';
import type { StorageHealth } from '../storage-health.ts';
import type { WakeUps } from '../wake-ups.ts';
import type { ApprovalCommits } from './approval-commits.ts';
import type { ApprovalQueue } from './approval-queue.ts';
import type { AuditLog } from './audit-log.ts';
import type { ReadableEventBus } from './event-bus.ts';
import type { Refusals } from './refusals.ts';
import type { RequestClaims } from './request-claims.ts';
import type { SentEvents } from './sent-events.ts';
import type { StoredRows } from './stored-rows.ts';
import type { VendorPayments } from './vendor-payments.ts';

/** One database's side of every storage port of approvals. All of them see the same data. */
export type ApprovalsStorage = Readonly<{
  vendorPayments: VendorPayments;
  approvalCommits: ApprovalCommits;
  auditLog: AuditLog;
  refusals: Refusals;
  sentEvents: SentEvents;
  storedRows: StoredRows;
  requestClaims: RequestClaims;
  /** Of approvals alone, with shards of its own. */
  outbox: Outbox<ApprovalEvent>;
  /** Stands in for the queue where none is configured. */
  approvalQueue: ApprovalQueue;
  /** Stands in for the bus where none is configured. */
  eventBus: ReadableEventBus;
  leases: Leases;
  wakeUps: WakeUps;
  retention: Retention;
  health: StorageHealth;
  /** Waits for what is under way, then lets go of connections. Nothing may be asked afterwards. */
  close(): Promise<void>;
}>;
