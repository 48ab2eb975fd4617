import type { ApprovalsStorage } from '../../../ports/approvals/approvals-storage.ts';
import { dynamodbLeases } from '../leases.ts';
import { dynamodbOutbox } from '../outbox.ts';
import { itemReads } from '../reads.ts';
import { dynamodbApprovalsRetention } from '../retention.ts';
import { dynamodbStorageHealth } from '../storage-health.ts';
import { tableOf } from '../table.ts';
import type { TableSettings } from '../table-gate.ts';
import { type DynamoDbWakeUps, dynamodbWakeUps } from '../wake-ups.ts';
import { dynamodbApprovalCommits } from './approval-commits.ts';
import { APPROVAL_EVENTS } from './approval-items.ts';
import { dynamodbApprovalQueue } from './approval-queue.ts';
import { dynamodbAuditLog } from './audit-log.ts';
import { dynamodbEventBus } from './event-bus.ts';
import { APPROVALS_LEASES } from './keys.ts';
import { dynamodbRefusals } from './refusals.ts';
import { dynamodbRequestClaims } from './request-claims.ts';
import { dynamodbSentEvents } from './sent-events.ts';
import { dynamodbStoredRows } from './stored-rows.ts';
import { dynamodbVendorPayments } from './vendor-payments.ts';

/**
 * Every port of approvals on one table, which `migrateDynamoDb` must have made; the platform may be on the same one.
 * `close` ends the client's connections.
 */
export function approvalsDynamodbStorage(
  settings: TableSettings,
  signals?: DynamoDbWakeUps,
): ApprovalsStorage {
  const table = tableOf(settings);
  const { close, ...wakeUps } = signals ?? dynamodbWakeUps(table, APPROVALS_LEASES);
  const read = itemReads(table);
  return {
    vendorPayments: dynamodbVendorPayments(table, read),
    approvalCommits: dynamodbApprovalCommits(table),
    auditLog: dynamodbAuditLog(table),
    refusals: dynamodbRefusals(table, read),
    sentEvents: dynamodbSentEvents(table),
    storedRows: dynamodbStoredRows(table, read),
    requestClaims: dynamodbRequestClaims(table, read),
    outbox: dynamodbOutbox(table, read, APPROVAL_EVENTS),
    approvalQueue: dynamodbApprovalQueue(table),
    eventBus: dynamodbEventBus(table),
    leases: dynamodbLeases(table, APPROVALS_LEASES),
    wakeUps,
    retention: dynamodbApprovalsRetention,
    health: dynamodbStorageHealth(table, read),
    async close() {
      await close();
      while (table.underWay.size > 0) await Promise.allSettled(table.underWay);
      table.gate.close();
      settings.client.config.requestHandler.destroy?.();
    },
  };
}
