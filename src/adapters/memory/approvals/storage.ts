import { okAsync } from 'neverthrow';
import type { ApprovalEvent } from '../../../domain/approvals/approval-events.ts';
import type { ApprovalsStorage } from '../../../ports/approvals/approvals-storage.ts';
import { localWakeUps } from '../../shared/local-wake-ups.ts';
import { memoryLeases } from '../leases.ts';
import { memoryOutbox } from '../outbox.ts';
import { memoryRetention } from '../retention.ts';
import { memoryStorageHealth } from '../storage-health.ts';
import { memoryApprovalCommits } from './approval-commits.ts';
import { keptMessages, memoryApprovalQueue } from './approval-queue.ts';
import { keptPublishedEvents, memoryEventBus } from './event-bus.ts';
import { memoryRefusals } from './refusals.ts';
import { keptClaims, keptTraces, memoryRequestClaims } from './request-claims.ts';
import { keptSentEvents, memorySentEvents } from './sent-events.ts';
import { type ApprovalsStore, approvalsStore } from './store.ts';
import { memoryStoredRows } from './stored-rows.ts';
import { memoryVendorPayments } from './vendor-payments.ts';

/** A database of approvals that lives and dies with the process, or as long as `store`; the others are compared with it. */
export function memoryApprovalsStorage(store: ApprovalsStore = approvalsStore()): ApprovalsStorage {
  const leases = memoryLeases();
  return {
    vendorPayments: memoryVendorPayments(store),
    approvalCommits: memoryApprovalCommits(store),
    requestClaims: memoryRequestClaims(store),
    refusals: memoryRefusals(store),
    auditLog: { of: (id) => okAsync(store.auditOf.get(id) ?? []) },
    sentEvents: memorySentEvents(store),
    storedRows: memoryStoredRows(store),
    outbox: memoryOutbox<ApprovalEvent>(store),
    approvalQueue: memoryApprovalQueue(store),
    eventBus: memoryEventBus(store),
    leases,
    wakeUps: localWakeUps(),
    retention: memoryRetention({
      response: keptClaims(store),
      claim_trace: keptTraces(store),
      event: keptSentEvents(store),
      queued_message: keptMessages(store),
      published_event: keptPublishedEvents(store),
      lease: leases.kept,
    }),
    health: memoryStorageHealth,
    close: () => Promise.resolve(),
  };
}
