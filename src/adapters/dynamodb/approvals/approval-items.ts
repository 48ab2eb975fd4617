import type { ApprovalEvent } from '../../../domain/approvals/approval-events.ts';
import type { AuditLogEntry } from '../../../domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../../domain/approvals/ids.ts';
import { barredFrom } from '../../../domain/approvals/maker-checker.ts';
import type { VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import {
  restoreVendorPayment,
  type VendorPaymentRecord,
  vendorPaymentRecord,
} from '../../../domain/approvals/vendor-payment-record.ts';
import { type JsonObject, jsonText, parseJson } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { EventItems, Item } from '../items.ts';
import { eventKey } from '../table.ts';
import { APPROVALS_OUTBOX, linkKey, payoutDueShardOf, takenEventKey, vendorPaymentKey } from './keys.ts';

/**
 * The payment with its lines as JSON text, beside copies of what guards and filters ask for. One that is being paid
 * carries the due index's attributes and so is in it. `change_id` is of the newest change.
 */
export const vendorPaymentItem = (payment: VendorPayment, changeId: string): Item => ({
  ...vendorPaymentKey(payment.id),
  version: payment.version,
  change_id: changeId,
  status: payment.status,
  fraud_status: payment.fraud.status,
  ...present({ review: payment.review?.outcome }),
  makers: payment.makers,
  barred: barredFrom(payment),
  audit_hash: payment.auditHash,
  record: jsonText(vendorPaymentRecord(payment)),
  ...(payment.status === 'processing'
    ? { due_shard: payoutDueShardOf(payment.id), due_at: payment.dueAt }
    : {}),
});

export function vendorPaymentOf(item: Item): VendorPayment {
  const stored = item as Readonly<{ record: string; audit_hash: string }>;
  return restoreVendorPayment(parseJson(stored.record) as unknown as VendorPaymentRecord, stored.audit_hash);
}

export const linkItem = (entry: AuditLogEntry): Item => ({
  ...linkKey(entry.paymentId, entry.sequence),
  record: jsonText(entry),
});

export const linkOf = (item: Item): AuditLogEntry =>
  parseJson((item as Readonly<{ record: string }>).record) as unknown as AuditLogEntry;

/** The event outside that called for a payment, which is taken for good. */
export const takenEventItem = (eventKey: string, paymentId: VendorPaymentId): Item => ({
  ...takenEventKey(eventKey),
  payment_id: paymentId,
});

export const APPROVAL_EVENTS: EventItems<ApprovalEvent> = {
  outbox: APPROVALS_OUTBOX,
  itemOf: (event) => ({
    ...eventKey(event, APPROVALS_OUTBOX),
    type: event.type,
    payment_id: event.paymentId,
    created: event.created,
    data: jsonText(event.data),
  }),
  eventOf(item) {
    const stored = item as StoredEvent;
    return {
      id: stored.sk,
      type: stored.type,
      paymentId: stored.payment_id,
      created: stored.created,
      data: parseJson(stored.data) as JsonObject,
    };
  },
};

type StoredEvent = Readonly<{
  sk: ApprovalEvent['id'];
  type: ApprovalEvent['type'];
  payment_id: VendorPaymentId;
  created: number;
  data: string;
}>;
