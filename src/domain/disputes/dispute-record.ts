import { storedCurrency } from '../kernel/currency.ts';
import type { DomainEvent } from '../kernel/events.ts';
import type { DisputeId, EventId, PaymentId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import { type RevisionRecord, restoreRevision, revisionRecord } from '../kernel/revision.ts';
import { type Dispute, type DisputeStatus, isDecided } from './dispute.ts';

/** A dispute flat, under the names it is published with. */
export type DisputeRecord = RevisionRecord<DisputeId> &
  Readonly<{
    payment_id: PaymentId;
    processor_id: string;
    amount: Whole;
    currency: string;
    reason: string;
    status: DisputeStatus;
    respond_by?: string;
    accept_requested_at?: string;
  }>;

export const disputeRecord = (dispute: Dispute): DisputeRecord => ({
  ...revisionRecord(dispute),
  payment_id: dispute.paymentId,
  processor_id: dispute.processorId,
  amount: whole(dispute.amount.minorUnits),
  currency: dispute.amount.currency,
  reason: dispute.reason,
  status: dispute.status,
  ...present({
    respond_by: dispute.respondBy === undefined ? undefined : rfc3339(dispute.respondBy),
    accept_requested_at:
      dispute.acceptRequestedAt === undefined ? undefined : rfc3339(dispute.acceptRequestedAt),
  }),
});

/** Reads `disputeRecord` back. */
export const restoreDispute = (record: DisputeRecord, auditHash: string): Dispute => ({
  ...restoreRevision('dispute', record, auditHash),
  paymentId: record.payment_id,
  processorId: record.processor_id,
  amount: money(BigInt(record.amount), storedCurrency(record.currency)),
  reason: record.reason,
  status: record.status,
  ...present({
    respondBy: record.respond_by === undefined ? undefined : fromRfc3339(record.respond_by),
    acceptRequestedAt:
      record.accept_requested_at === undefined ? undefined : fromRfc3339(record.accept_requested_at),
  }),
});

/** What happened to a dispute with its newest version: the action in its audit trail, and its event. */
export function disputeAction(
  before: Dispute | undefined,
  dispute: Dispute,
): 'dispute.created' | 'dispute.updated' | 'dispute.closed' {
  if (before === undefined) return 'dispute.created';
  return isDecided(dispute) && !isDecided(before) ? 'dispute.closed' : 'dispute.updated';
}

/** The event of a dispute's newest version. */
export const disputeEvent = (before: Dispute | undefined, dispute: Dispute, id: EventId): DomainEvent => ({
  id,
  type: disputeAction(before, dispute),
  merchantId: dispute.merchantId,
  paymentId: dispute.paymentId,
  created: dispute.updatedAt,
  data: disputeRecord(dispute),
});
