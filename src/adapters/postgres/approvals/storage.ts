import type pg from 'pg';
import type { ApprovalEvent } from '../../../domain/approvals/approval-events.ts';
import type { ApprovalsStorage } from '../../../ports/approvals/approvals-storage.ts';
import { postgresLeases } from '../leases.ts';
import { type OutboxTable, outboxIn } from '../outbox.ts';
import { postgresStorageHealth } from '../storage-health.ts';
import { postgresWakeUps } from '../wake-ups.ts';
import { postgresApprovalCommits } from './approval-commits.ts';
import { postgresApprovalQueue } from './approval-queue.ts';
import { postgresAuditLog } from './audit-log.ts';
import { postgresEventBus } from './event-bus.ts';
import { APPROVALS_MIGRATIONS, SCHEMA } from './migrate.ts';
import { postgresRefusals } from './refusals.ts';
import { postgresRequestClaims } from './request-claims.ts';
import { postgresApprovalsRetention } from './retention.ts';
import { eventFromRow } from './rows.ts';
import type { ApprovalsRow } from './schema.ts';
import { postgresSentEvents } from './sent-events.ts';
import { postgresStoredRows } from './stored-rows.ts';
import { postgresVendorPayments } from './vendor-payments.ts';

const OUTBOX: OutboxTable<ApprovalEvent, ApprovalsRow<'outbox'>> = {
  schema: `${SCHEMA}.`,
  columns: ['id', 'type', 'payment_id', 'created_at', 'data'],
  besides: [],
  fromRow: eventFromRow,
};

/** Every storage port of approvals over one pool, which `close` ends. The schema must be migrated (`migrateApprovals`). */
export function approvalsPostgresStorage(
  pool: pg.Pool,
  signals = postgresWakeUps(pool, 'paywright_approvals'),
): ApprovalsStorage {
  const { close, ...wakeUps } = signals;
  return {
    vendorPayments: postgresVendorPayments(pool),
    approvalCommits: postgresApprovalCommits(pool),
    auditLog: postgresAuditLog(pool),
    refusals: postgresRefusals(pool),
    sentEvents: postgresSentEvents(pool),
    storedRows: postgresStoredRows(pool),
    requestClaims: postgresRequestClaims(pool),
    outbox: outboxIn(pool, OUTBOX),
    approvalQueue: postgresApprovalQueue(pool),
    eventBus: postgresEventBus(pool),
    leases: postgresLeases(pool, `${SCHEMA}.`),
    wakeUps,
    retention: postgresApprovalsRetention(pool),
    health: postgresStorageHealth(pool, APPROVALS_MIGRATIONS),
    async close() {
      await close();
      await pool.end();
    },
  };
}
