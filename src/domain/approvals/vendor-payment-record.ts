import { storedCurrency } from '../kernel/currency.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { Approval } from './approval.ts';
import type { Role } from './approver.ts';
import { type FraudReason, type FraudStatus, fractionOf, thousandthsOf } from './fraud.ts';
import type { FraudReview } from './fraud-review.ts';
import type { IncidentId, LineItemId, PayerId, VendorId, VendorPaymentId } from './ids.ts';
import type { LineItem } from './line-item.ts';
import type { Known, PayerType, VendorPayment, VendorPaymentStatus } from './vendor-payment.ts';

export type LineItemRecord = Readonly<{
  lineItemId: LineItemId;
  description: string;
  quantity: number;
  unitPriceCents: number;
  totalCents: number;
}>;

export type ApprovalRecord = Readonly<{
  by: string;
  identities?: readonly string[];
  vendorId?: VendorId;
  roles: readonly Role[];
  at: string;
  notes?: string;
  edition: number;
  termsHash: string;
}>;

export type FraudReviewRecord = Omit<FraudReview, 'at'> & Readonly<{ at: string }>;

/**
 * A payment flat, under the names it is published with: what the audit log compares, and, without what people are known
 * by, the wire body and the event payload. Amounts are cents, which fit a JSON number; times are RFC 3339.
 */
export type VendorPaymentRecord = Readonly<{
  paymentId: VendorPaymentId;
  incidentId: IncidentId;
  vendorId: VendorId;
  payerType: PayerType;
  payerId?: PayerId;
  amountCents: number;
  currency: string;
  status: VendorPaymentStatus;
  lineItems: readonly LineItemRecord[];
  dueDate?: string;
  /** 0–1, of three decimals at the most. */
  fraudScore?: number;
  fraudStatus: FraudStatus;
  fraudReasons: readonly FraudReason[];
  /** The version of the rules that scored it. */
  fraudRules?: string;
  fraudReview?: FraudReviewRecord;
  approvals: readonly ApprovalRecord[];
  approvedBy?: string;
  approvedAt?: string;
  rejectedBy?: string;
  rejectedAt?: string;
  rejectedReason?: string;
  /** While or since it is paid; see `Processing`. */
  payout?: Readonly<{ attempt: number; asks?: number; dueAt?: string }>;
  processedAt?: string;
  failedReason?: string;
  processorReference?: string;
  createdBy: string;
  changedBy: readonly string[];
  makerIdentities?: readonly string[];
  edition: number;
  termsHash: string;
  metadata: JsonObject;
  version: number;
  createdAt: string;
  updatedAt: string;
}>;

export function vendorPaymentRecord(payment: VendorPayment): VendorPaymentRecord {
  const [createdBy, ...changedBy] = payment.makers;
  const { score, status: fraudStatus, reasons: fraudReasons, rules: fraudRules } = payment.fraud;
  const { review } = payment;
  return {
    paymentId: payment.id,
    incidentId: payment.incidentId,
    vendorId: payment.vendorId,
    payerType: payment.payerType,
    ...present({ payerId: payment.payerId }),
    amountCents: Number(payment.amount.minorUnits),
    currency: payment.amount.currency,
    status: payment.status,
    lineItems: payment.lineItems.map(lineItemRecord),
    ...present({ dueDate: payment.dueDate }),
    ...(score === undefined ? {} : { fraudScore: fractionOf(score) }),
    fraudStatus,
    fraudReasons,
    ...present({ fraudRules, fraudReview: review && { ...review, at: rfc3339(review.at) } }),
    approvals: payment.approvals.map(approvalRecord),
    ...decisionRecord(payment),
    ...payoutRecord(payment),
    createdBy,
    changedBy,
    ...present({ makerIdentities: payment.makerIdentities }),
    edition: payment.revision,
    termsHash: payment.termsHash,
    metadata: payment.metadata,
    version: payment.version,
    createdAt: rfc3339(payment.createdAt),
    updatedAt: rfc3339(payment.updatedAt),
  };
}

/** The payment a stored record describes. Throws on a record no move could have made: a corrupt store is a defect. */
export function restoreVendorPayment(record: VendorPaymentRecord, auditHash: string): VendorPayment {
  const currency = storedCurrency(record.currency);
  const of = (cents: number) => money(BigInt(cents), currency);
  const known: Known = {
    id: record.paymentId,
    incidentId: record.incidentId,
    vendorId: record.vendorId,
    payerType: record.payerType,
    ...present({ payerId: record.payerId }),
    amount: of(record.amountCents),
    lineItems: record.lineItems.map(
      ({ lineItemId, description, quantity, unitPriceCents, totalCents }): LineItem => ({
        id: lineItemId,
        description,
        quantity,
        unitPrice: of(unitPriceCents),
        total: of(totalCents),
      }),
    ),
    metadata: record.metadata,
    ...present({ dueDate: record.dueDate }),
    makers: [record.createdBy, ...record.changedBy],
    ...present({ makerIdentities: record.makerIdentities }),
    revision: record.edition,
    termsHash: record.termsHash,
    fraud: {
      status: record.fraudStatus,
      ...(record.fraudScore === undefined ? {} : { score: needed(record, thousandthsOf(record.fraudScore)) }),
      reasons: record.fraudReasons,
      ...present({ rules: record.fraudRules }),
    },
    ...present({
      review: record.fraudReview && { ...record.fraudReview, at: fromRfc3339(record.fraudReview.at) },
    }),
    version: record.version,
    createdAt: fromRfc3339(record.createdAt),
    updatedAt: fromRfc3339(record.updatedAt),
    auditHash,
  };
  return inState(known, record);
}

function inState(known: Known, record: VendorPaymentRecord): VendorPayment {
  const approvals = record.approvals.map(restoreApproval);
  const decided = () => ({
    approvals,
    approvedBy: needed(record, record.approvedBy),
    approvedAt: fromRfc3339(needed(record, record.approvedAt)),
  });
  const paid = () => ({
    ...decided(),
    attempt: needed(record, record.payout).attempt,
    processedAt: fromRfc3339(needed(record, record.processedAt)),
    processorReference: needed(record, record.processorReference),
  });
  switch (record.status) {
    case 'pending_approval':
      return { ...known, status: 'pending_approval', approvals };
    case 'approved':
      return { ...known, status: 'approved', ...decided() };
    case 'processing': {
      const { attempt, asks, dueAt } = needed(record, record.payout);
      return {
        ...known,
        ...decided(),
        status: 'processing',
        attempt,
        resumptions: needed(record, asks),
        dueAt: fromRfc3339(needed(record, dueAt)),
      };
    }
    case 'completed':
      return { ...known, ...paid(), status: 'completed' };
    case 'failed':
      return { ...known, ...paid(), status: 'failed', failedReason: needed(record, record.failedReason) };
    case 'cancelled':
      return {
        ...known,
        ...(record.approvedBy === undefined ? { approvals } : decided()),
        status: 'cancelled',
        rejectedBy: needed(record, record.rejectedBy),
        rejectedAt: fromRfc3339(needed(record, record.rejectedAt)),
        rejectedReason: needed(record, record.rejectedReason),
      };
  }
  throw new Error(
    `vendor payment ${String(record.paymentId)} has the unknown status ${String(record.status)}`,
  );
}

function needed<Value>({ paymentId, status }: VendorPaymentRecord, value: Value | undefined): Value {
  if (value === undefined)
    throw new Error(`${status} vendor payment ${paymentId} lacks a field of its state`);
  return value;
}

const lineItemRecord = ({ id, description, quantity, unitPrice, total }: LineItem): LineItemRecord => ({
  lineItemId: id,
  description,
  quantity,
  unitPriceCents: Number(unitPrice.minorUnits),
  totalCents: Number(total.minorUnits),
});

const approvalRecord = ({
  by,
  identities,
  vendorId,
  roles,
  at,
  notes,
  ...bound
}: Approval): ApprovalRecord => ({
  by,
  ...present({ identities, vendorId }),
  roles,
  at: rfc3339(at),
  ...present({ notes }),
  edition: bound.revision,
  termsHash: bound.termsHash,
});

/** The approval that a record of a chain or a payment describes. */
export const restoreApproval = ({
  by,
  identities,
  vendorId,
  roles,
  at,
  notes,
  ...bound
}: ApprovalRecord): Approval => ({
  by,
  ...present({ identities, vendorId }),
  roles,
  at: fromRfc3339(at),
  ...present({ notes }),
  revision: bound.edition,
  termsHash: bound.termsHash,
});

function decisionRecord(payment: VendorPayment): Partial<VendorPaymentRecord> {
  return {
    ...(payment.status === 'pending_approval' || payment.approvedBy === undefined
      ? {}
      : { approvedBy: payment.approvedBy }),
    ...(payment.status === 'pending_approval' || payment.approvedAt === undefined
      ? {}
      : { approvedAt: rfc3339(payment.approvedAt) }),
    ...(payment.status === 'cancelled'
      ? {
          rejectedBy: payment.rejectedBy,
          rejectedAt: rfc3339(payment.rejectedAt),
          rejectedReason: payment.rejectedReason,
        }
      : {}),
  };
}

function payoutRecord(payment: VendorPayment): Partial<VendorPaymentRecord> {
  switch (payment.status) {
    case 'pending_approval':
    case 'approved':
    case 'cancelled':
      return {};
    case 'processing':
      return {
        payout: { attempt: payment.attempt, asks: payment.resumptions, dueAt: rfc3339(payment.dueAt) },
      };
    case 'completed':
    case 'failed':
      return {
        payout: { attempt: payment.attempt },
        processedAt: rfc3339(payment.processedAt),
        processorReference: payment.processorReference,
        ...(payment.status === 'failed' ? { failedReason: payment.failedReason } : {}),
      };
  }
}
