import type { Approval } from '../../../domain/approvals/approval.ts';
import type { ApprovalEvent, ApprovalEventType } from '../../../domain/approvals/approval-events.ts';
import type { AuditLogEntry, Written } from '../../../domain/approvals/audit-log.ts';
import type { IncidentId, PayerId, VendorId, VendorPaymentId } from '../../../domain/approvals/ids.ts';
import { type Refusal, refusalKey } from '../../../domain/approvals/refusal.ts';
import type { VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import {
  type FraudReviewRecord,
  restoreVendorPayment,
  type VendorPaymentRecord,
  vendorPaymentRecord,
} from '../../../domain/approvals/vendor-payment-record.ts';
import { idOf } from '../../../domain/kernel/ids.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { type JsonObject, parseJson } from '../../../domain/kernel/json.ts';
import { hexOf, uuidOf } from '../rows.ts';
import type { ApprovalsRow } from './schema.ts';

/*
 * To a row: what `commit_change` reads, printed by `jsonText`. Absent fields become null. A JSON column takes its value
 * as it is.
 */

export function paymentToRow(payment: VendorPayment, changeId: string) {
  const record = vendorPaymentRecord(payment);
  return {
    payment_id: record.paymentId,
    incident_id: record.incidentId,
    vendor_id: record.vendorId,
    payer_type: record.payerType,
    payer_id: record.payerId,
    amount_cents: record.amountCents,
    currency: record.currency,
    status: record.status,
    fraud_score: record.fraudScore,
    fraud_status: record.fraudStatus,
    fraud_reasons: record.fraudReasons,
    fraud_rules: record.fraudRules ?? null,
    fraud_review: record.fraudReview ?? null,
    created_by: record.createdBy,
    changed_by: record.changedBy,
    maker_identities: record.makerIdentities,
    edition: record.edition,
    terms_hash: record.termsHash,
    approved_by: record.approvedBy,
    approved_at: record.approvedAt,
    rejected_by: record.rejectedBy,
    rejected_at: record.rejectedAt,
    rejected_reason: record.rejectedReason,
    payout_attempt: record.payout?.attempt,
    payout_asks: record.payout?.asks,
    payout_due_at: record.payout?.dueAt,
    processed_at: record.processedAt,
    processor_reference: record.processorReference,
    failed_reason: record.failedReason,
    metadata: record.metadata,
    due_date: record.dueDate ?? null,
    version: record.version,
    change_id: changeId,
    audit_hash: payment.auditHash,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  };
}

export const linesToRows = (payment: VendorPayment) =>
  vendorPaymentRecord(payment).lineItems.map((line, index) => ({
    payment_id: payment.id,
    line_item_id: line.lineItemId,
    position: index + 1,
    description: line.description,
    quantity: line.quantity,
    unit_price_cents: line.unitPriceCents,
    total_cents: line.totalCents,
  }));

export const approvalToRow = (approval: Approval, payment: VendorPayment) => ({
  payment_id: payment.id,
  edition: approval.revision,
  approved_by: approval.by,
  identities: approval.identities,
  vendor_id: approval.vendorId,
  roles: approval.roles,
  notes: approval.notes,
  terms_hash: approval.termsHash,
  approved_at: rfc3339(approval.at),
  payment_version: payment.version,
});

export const entryToRow = (entry: AuditLogEntry) => ({
  payment_id: entry.paymentId,
  sequence: entry.sequence,
  id: uuidOf(entry.id),
  action: entry.action,
  actor_id: entry.actor.id,
  actor_type: entry.actor.type,
  actor_roles: entry.actor.roles,
  ip_address: entry.ipAddress,
  user_agent: entry.userAgent,
  request_id: entry.requestId,
  before: entry.before,
  after: entry.after,
  written: entry.written,
  created_at: rfc3339(entry.timestamp),
  previous_hash: entry.previousHash,
  hash: entry.hash,
});

export const refusalToRow = (refusal: Refusal) => ({
  ...entryToRow(refusal),
  refusal_key: refusalKey(refusal),
});

export const eventToRow = (event: ApprovalEvent) => ({
  id: uuidOf(event.id),
  type: event.type,
  payment_id: event.paymentId,
  created_at: rfc3339(event.created),
  data: event.data,
});

/** A payment's row with its lines and its revision's approvals, as JSON under their records' names. */
export type WholePaymentRow = ApprovalsRow<'payments'> & Readonly<{ line_items: string; approvals: string }>;

export function paymentFromRow(row: WholePaymentRow): VendorPayment {
  const record: VendorPaymentRecord = {
    paymentId: row.payment_id as VendorPaymentId,
    incidentId: row.incident_id as IncidentId,
    vendorId: row.vendor_id as VendorId,
    payerType: row.payer_type,
    ...known({ payerId: row.payer_id as PayerId | null }),
    amountCents: Number(row.amount_cents),
    currency: row.currency,
    status: row.status,
    lineItems: recordsIn<'lineItems'>(row.line_items),
    ...known({ dueDate: row.due_date }),
    ...known({ fraudScore: row.fraud_score === null ? null : Number(row.fraud_score) }),
    fraudStatus: row.fraud_status,
    fraudReasons: recordsIn<'fraudReasons'>(row.fraud_reasons),
    ...known({
      fraudRules: row.fraud_rules,
      fraudReview: row.fraud_review === null ? null : (JSON.parse(row.fraud_review) as FraudReviewRecord),
    }),
    approvals: recordsIn<'approvals'>(row.approvals),
    ...known({
      approvedBy: row.approved_by,
      approvedAt: timeIn(row.approved_at),
      rejectedBy: row.rejected_by,
      rejectedAt: timeIn(row.rejected_at),
      rejectedReason: row.rejected_reason,
      processedAt: timeIn(row.processed_at),
      processorReference: row.processor_reference,
      failedReason: row.failed_reason,
    }),
    ...(row.payout_attempt === null
      ? {}
      : {
          payout: {
            attempt: row.payout_attempt,
            ...known({ asks: row.payout_asks, dueAt: timeIn(row.payout_due_at) }),
          },
        }),
    createdBy: row.created_by,
    changedBy: row.changed_by,
    ...known({ makerIdentities: row.maker_identities }),
    edition: row.edition,
    termsHash: row.terms_hash,
    metadata: parseJson(row.metadata) as JsonObject,
    version: row.version,
    createdAt: rfc3339(row.created_at),
    updatedAt: rfc3339(row.updated_at),
  };
  return restoreVendorPayment(record, row.audit_hash);
}

export const entryFromRow = (row: ApprovalsRow<'payment_audit_log'>): AuditLogEntry => ({
  id: idOf('aud', hexOf(row.id)),
  paymentId: row.payment_id as VendorPaymentId,
  sequence: row.sequence,
  action: row.action,
  actor: { id: row.actor_id, type: row.actor_type, roles: row.actor_roles },
  ...known({ ipAddress: row.ip_address, userAgent: row.user_agent }),
  requestId: row.request_id,
  ...(row.before === null ? {} : { before: parseJson(row.before) as JsonObject }),
  after: parseJson(row.after) as JsonObject,
  ...(row.written === null ? {} : { written: parseJson(row.written) as unknown as Written }),
  timestamp: row.created_at,
  previousHash: row.previous_hash,
  hash: row.hash,
});

export const refusalFromRow = (
  row: ApprovalsRow<'payment_audit_log'> & Readonly<{ attempts: number }>,
): Refusal => ({ ...entryFromRow(row), attempts: row.attempts });

/** A row of `outbox` or of `outbox_parked`. */
export const eventFromRow = (row: ApprovalsRow<'outbox'>): ApprovalEvent => ({
  id: idOf('evt', hexOf(row.id)),
  type: row.type as ApprovalEventType,
  paymentId: row.payment_id as VendorPaymentId,
  created: row.created_at,
  data: parseJson(row.data) as JsonObject,
});

const timeIn = (instant: number | null): string | null => (instant === null ? null : rfc3339(instant));

/** JSON of whole numbers that a double holds, texts and nulls, which are left out. */
const recordsIn = <Field extends 'lineItems' | 'approvals' | 'fraudReasons'>(
  text: string,
): VendorPaymentRecord[Field] =>
  (JSON.parse(text) as object[]).map((each) => known({ ...each })) as unknown as VendorPaymentRecord[Field];

/** The fields that are not null. */
const known = <Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], null> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as never;
