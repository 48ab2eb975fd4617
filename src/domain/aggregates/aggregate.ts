import type { Customer } from '../customers/customer.ts';
import {
  type CustomerAccess,
  type CustomerAccessRecord,
  customerAccessRecord,
  restoreCustomerAccess,
} from '../customers/customer-access.ts';
import {
  type CustomerRecord,
  customerRecord,
  customerSnapshot,
  restoreCustomer,
} from '../customers/customer-record.ts';
import type { Dispute } from '../disputes/dispute.ts';
import { type DisputeRecord, disputeRecord, restoreDispute } from '../disputes/dispute-record.ts';
import { type Exception, isUnresolved } from '../files/exception.ts';
import { type ExceptionRecord, exceptionRecord, restoreException } from '../files/exception-record.ts';
import { type Export, type ExportRecord, exportRecord, restoreExport } from '../files/export.ts';
import type { ExportSchedule } from '../files/export-schedule.ts';
import {
  type ExportScheduleRecord,
  exportScheduleRecord,
  restoreExportSchedule,
} from '../files/export-schedule-record.ts';
import {
  type FileExport,
  type FileExportRecord,
  fileExportRecord,
  restoreFileExport,
} from '../files/file-export.ts';
import type { FileUpload } from '../files/file-upload.ts';
import { type FileUploadRecord, fileUploadRecord, restoreFileUpload } from '../files/file-upload-record.ts';
import { isOpen, type Job } from '../files/job.ts';
import { type JobRecord, jobRecord, restoreJob } from '../files/job-record.ts';
import type { Reconciliation } from '../files/reconciliation.ts';
import {
  type ReconciliationRecord,
  reconciliationRecord,
  restoreReconciliation,
} from '../files/reconciliation-record.ts';
import type { Settlement } from '../files/settlement.ts';
import { restoreSettlement, type SettlementRecord, settlementRecord } from '../files/settlement-record.ts';
import {
  restoreStatementLine,
  type StatementLine,
  type StatementLineRecord,
  statementLineRecord,
} from '../files/statement-line.ts';
import type { AggregateKind } from '../kernel/aggregate-kind.ts';
import {
  type EventRelease,
  type EventReleaseRecord,
  eventReleaseRecord,
  restoreEventRelease,
} from '../kernel/event-release.ts';
import type { MerchantId } from '../kernel/ids.ts';
import type { JsonObject } from '../kernel/json.ts';
import { restoreTransfer, type Transfer, type TransferRecord, transferRecord } from '../ledger/transfer.ts';
import {
  type Merchant,
  type MerchantRecord,
  merchantRecord,
  merchantSnapshot,
  restoreMerchant,
} from '../merchants/merchant.ts';
import type { WebhookEndpoint } from '../webhooks/webhook-endpoint.ts';
import {
  endpointRecord,
  endpointSnapshot,
  restoreEndpoint,
  type WebhookEndpointRecord,
} from '../webhooks/webhook-endpoint-record.ts';

/**
 * An entity that is stored whole, as one record, and found by its tenant, kind and id. `version` counts its changes from
 * 1; `auditHash` is the head of its audit chain. Payments are no aggregates: there are too many of them to be kept so.
 */
export type Aggregate =
  | Merchant
  | Transfer
  | Export
  | FileExport
  | Customer
  | CustomerAccess
  | WebhookEndpoint
  | Job
  | Reconciliation
  | FileUpload
  | ExportSchedule
  | Settlement
  | StatementLine
  | Exception
  | Dispute
  | EventRelease;
export type AggregateOf<Kind extends AggregateKind> = Extract<Aggregate, { kind: Kind }>;

/** What is stored. */
export function aggregateRecord(aggregate: Aggregate): JsonObject {
  switch (aggregate.kind) {
    case 'merchant':
      return merchantRecord(aggregate);
    case 'transfer':
      return transferRecord(aggregate);
    case 'export':
      return 'source' in aggregate ? fileExportRecord(aggregate) : exportRecord(aggregate);
    case 'customer':
      return customerRecord(aggregate);
    case 'customer_access':
      return customerAccessRecord(aggregate);
    case 'webhook_endpoint':
      return endpointRecord(aggregate);
    case 'job':
      return jobRecord(aggregate);
    case 'reconciliation':
      return reconciliationRecord(aggregate);
    case 'export_schedule':
      return exportScheduleRecord(aggregate);
    case 'reconciliation_upload':
      return fileUploadRecord(aggregate);
    case 'settlement':
      return settlementRecord(aggregate);
    case 'statement_line':
      return statementLineRecord(aggregate);
    case 'exception':
      return exceptionRecord(aggregate);
    case 'dispute':
      return disputeRecord(aggregate);
    case 'event_release':
      return eventReleaseRecord(aggregate);
  }
}

/** What audit links are made from: all that is stored, but for what must be gone for good once it is erased. */
export function auditedRecord(aggregate: Aggregate): JsonObject {
  switch (aggregate.kind) {
    case 'merchant':
      return merchantSnapshot(aggregate);
    case 'customer':
      return customerSnapshot(aggregate);
    case 'webhook_endpoint':
      return endpointSnapshot(aggregate);
    case 'transfer':
    case 'export':
    case 'customer_access':
    case 'job':
    case 'reconciliation':
    case 'export_schedule':
    case 'reconciliation_upload':
    case 'settlement':
    case 'statement_line':
    case 'exception':
    case 'dispute':
    case 'event_release':
      return aggregateRecord(aggregate);
  }
}

/** Reads `aggregateRecord` back. */
export function restoreAggregate<Kind extends AggregateKind>(
  kind: Kind,
  record: JsonObject,
  auditHash: string,
): AggregateOf<Kind>;
export function restoreAggregate(kind: AggregateKind, record: JsonObject, auditHash: string): Aggregate {
  switch (kind) {
    case 'merchant':
      return restoreMerchant(record as MerchantRecord, auditHash);
    case 'transfer':
      return restoreTransfer(record as TransferRecord, auditHash);
    case 'export':
      return 'job_id' in record
        ? restoreFileExport(record as FileExportRecord, auditHash)
        : restoreExport(record as ExportRecord, auditHash);
    case 'customer':
      return restoreCustomer(record as CustomerRecord, auditHash);
    case 'customer_access':
      return restoreCustomerAccess(record as CustomerAccessRecord, auditHash);
    case 'webhook_endpoint':
      return restoreEndpoint(record as WebhookEndpointRecord, auditHash);
    case 'job':
      return restoreJob(record as JobRecord, auditHash);
    case 'reconciliation':
      return restoreReconciliation(record as ReconciliationRecord, auditHash);
    case 'reconciliation_upload':
      return restoreFileUpload(record as FileUploadRecord, auditHash);
    case 'export_schedule':
      return restoreExportSchedule(record as ExportScheduleRecord, auditHash);
    case 'settlement':
      return restoreSettlement(record as SettlementRecord, auditHash);
    case 'statement_line':
      return restoreStatementLine(record as StatementLineRecord, auditHash);
    case 'exception':
      return restoreException(record as ExceptionRecord, auditHash);
    case 'dispute':
      return restoreDispute(record as DisputeRecord, auditHash);
    case 'event_release':
      return restoreEventRelease(record as EventReleaseRecord, auditHash);
  }
}

/** True for good: it takes part in nothing any more, and is kept for its audit chain. */
export const isClosed = (aggregate: Aggregate): boolean =>
  ((aggregate.kind === 'webhook_endpoint' || aggregate.kind === 'export_schedule') &&
    aggregate.status === 'removed') ||
  (aggregate.kind === 'job' && !isOpen(aggregate)) ||
  (aggregate.kind === 'exception' && !isUnresolved(aggregate));

/** Every tenant that may read the aggregate. */
export const ownersOf = (aggregate: Aggregate): readonly MerchantId[] =>
  aggregate.kind === 'transfer'
    ? [aggregate.merchantId, aggregate.destinationMerchantId]
    : [aggregate.merchantId];
