import type { Sha256 } from '../kernel/audit-chain.ts';
import type { EventId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { canonicalJson, type JsonObject } from '../kernel/json.ts';
import type { VendorPaymentId } from './ids.ts';
import { publishedRecord } from './published-record.ts';
import { isJudgedFraud, type VendorPayment } from './vendor-payment.ts';

/** What is published on the bus. */
export const BUS_EVENTS = [
  'PaymentCreated',
  'PaymentApproved',
  'PaymentRejected',
  'PaymentCompleted',
  'PaymentFailed',
  'FraudDetected',
] as const;
export type BusEventType = (typeof BUS_EVENTS)[number];

/** `ApprovalRequested` is for the queue, and its `data` an `ApprovalMessage`; all others are for the bus. */
export type ApprovalEventType = BusEventType | 'ApprovalRequested';

/** A fact to be published, written in the commit that made it true. `id` is stable: consumers dedupe by it. */
export type ApprovalEvent = Readonly<{
  id: EventId;
  type: ApprovalEventType;
  paymentId: VendorPaymentId;
  created: Instant;
  /** What is published of the payment, as of its commit. */
  data: JsonObject;
}>;

export const isBusEvent = (event: ApprovalEvent): event is ApprovalEvent & { type: BusEventType } =>
  event.type !== 'ApprovalRequested';

/**
 * The events of a payment's newest move, in the order they are published. None for a payment that waits for more approvals,
 * was changed to what is scored no higher, or is being paid; one without a score is not called a fraud, until a person finds that it is.
 */
export function busEventsOf(
  before: VendorPayment | undefined,
  payment: VendorPayment,
): readonly BusEventType[] {
  if (before === undefined)
    return isScoredFraud(payment) ? ['PaymentCreated', 'FraudDetected'] : ['PaymentCreated'];
  if (before.status === payment.status)
    return (isJudgedFraud(payment) && !isJudgedFraud(before)) ||
      (isScoredFraud(payment) && !isScoredFraud(before))
      ? ['FraudDetected']
      : [];
  switch (payment.status) {
    case 'pending_approval':
    case 'processing':
      return [];
    case 'approved':
      return ['PaymentApproved'];
    case 'completed':
      return ['PaymentCompleted'];
    case 'failed':
      return ['PaymentFailed'];
    case 'cancelled':
      return ['PaymentRejected'];
  }
}

const isScoredFraud = ({ fraud }: VendorPayment): boolean =>
  fraud.status === 'flagged' && fraud.score !== undefined;

export const approvalEvent = (type: BusEventType, payment: VendorPayment, id: EventId): ApprovalEvent => ({
  id,
  type,
  paymentId: payment.id,
  created: payment.updatedAt,
  data: publishedRecord(payment),
});

/** By which a link of the audit chain seals what an event tells. */
export const hashOfData = ({ data }: ApprovalEvent, sha256: Sha256): string => sha256(canonicalJson(data));
