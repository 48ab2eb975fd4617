import { type Approver, seesAll } from './approver.ts';
import { isParty } from './maker-checker.ts';
import type { VendorPayment } from './vendor-payment.ts';
import { type VendorPaymentRecord, vendorPaymentRecord } from './vendor-payment-record.ts';

/** The record without what people are known by, which the audit log alone shows. */
export function publishedRecord(payment: VendorPayment): VendorPaymentRecord {
  const { makerIdentities: _, ...record } = vendorPaymentRecord(payment);
  return {
    ...record,
    approvals: record.approvals.map(
      ({ identities: _identities, vendorId: _vendorId, ...approval }) => approval,
    ),
  };
}

/** What a vendor reads of its own payments: the terms and how far they are; never who decided, why, or what is suspected. */
const FOR_VENDORS = [
  'paymentId',
  'incidentId',
  'vendorId',
  'payerType',
  'amountCents',
  'currency',
  'status',
  'lineItems',
  'dueDate',
  'approvedAt',
  'rejectedAt',
  'processedAt',
  'processorReference',
  'version',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof VendorPaymentRecord)[];

/** The payment as this reader may see it. Who is paid by it reads what vendors read, in whatever role. */
export function recordFor(reader: Approver, payment: VendorPayment): Partial<VendorPaymentRecord> {
  const record = publishedRecord(payment);
  if (seesAll(reader) && !isParty(payment, reader)) return record;
  return Object.fromEntries(FOR_VENDORS.flatMap((name) => (name in record ? [[name, record[name]]] : [])));
}
