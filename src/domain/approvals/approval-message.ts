import type { EventId } from '../kernel/ids.ts';
import { rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import type { ApprovalEvent } from './approval-events.ts';
import { isFlagged } from './decisions.ts';
import type { IncidentId, VendorId, VendorPaymentId } from './ids.ts';
import { type ApprovalPolicy, approvalsMissing } from './policy.ts';
import type { VendorPayment } from './vendor-payment.ts';

/** `high` asks for more than one person, or for a look at what was flagged. */
export type Priority = 'high' | 'normal';

/** What approvers' queue carries: one message for each payment that is to be approved. */
export type ApprovalMessage = Readonly<{
  body: Readonly<{
    paymentId: VendorPaymentId;
    incidentId: IncidentId;
    vendorId: VendorId;
    amountCents: number;
    dueDate?: string;
    createdAt: string;
    workDetails?: JsonObject;
  }>;
  attributes: Readonly<{ paymentId: VendorPaymentId; incidentId: IncidentId; priority: Priority }>;
}>;

export function approvalMessage(
  payment: VendorPayment,
  policy: ApprovalPolicy,
  workDetails?: JsonObject,
): ApprovalMessage {
  const { id: paymentId, incidentId, vendorId, amount, dueDate, createdAt } = payment;
  const flagged = isFlagged(payment);
  return {
    body: {
      paymentId,
      incidentId,
      vendorId,
      amountCents: Number(amount.minorUnits),
      ...present({ dueDate }),
      createdAt: rfc3339(createdAt),
      ...present({ workDetails }),
    },
    attributes: {
      paymentId,
      incidentId,
      priority: flagged || approvalsMissing(policy, { amount, flagged }, []) > 1 ? 'high' : 'normal',
    },
  };
}

export const approvalRequested = (
  message: ApprovalMessage,
  payment: VendorPayment,
  id: EventId,
): ApprovalEvent => ({
  id,
  type: 'ApprovalRequested',
  paymentId: payment.id,
  created: payment.updatedAt,
  data: message,
});

/** The message of an `ApprovalRequested`; undefined for every other event. */
export const messageIn = ({ type, data }: ApprovalEvent): ApprovalMessage | undefined =>
  type === 'ApprovalRequested' ? (data as ApprovalMessage) : undefined;
