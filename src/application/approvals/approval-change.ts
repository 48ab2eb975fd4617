import type { Approval } from '../../domain/approvals/approval.ts';
import { approvalEvent, busEventsOf, hashOfData } from '../../domain/approvals/approval-events.ts';
import { type ApprovalMessage, approvalRequested } from '../../domain/approvals/approval-message.ts';
import type { Approver } from '../../domain/approvals/approver.ts';
import { type AuditLogEntry, auditLogChain, type Written } from '../../domain/approvals/audit-log.ts';
import { type RequestClaim, sealOfClaim } from '../../domain/approvals/request-claim.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { vendorPaymentRecord } from '../../domain/approvals/vendor-payment-record.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { linkOfChange } from '../../domain/kernel/audit-chain.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ApprovalChange } from '../../ports/approvals/approval-commits.ts';
import type { ApprovalIds } from '../../ports/approvals/approval-ids.ts';
import type { Digests } from '../../ports/digests.ts';

/** The approver of a request, and where it came from. */
export type Asked = Readonly<{ by: Approver; origin: Origin }>;

/** The claim of the request that a change does, which is written with it; of a request without an idempotency key, none. */
export type ClaimApproval = (
  change: Pick<ApprovalChange, 'id' | 'at' | 'payment'>,
) => RequestClaim | undefined;

/** Of a request without an idempotency key. */
export const unclaimed: ClaimApproval = () => undefined;

/** A move of a payment, decided but not yet written. */
export type VendorPaymentUpdate<Next extends VendorPayment = VendorPayment> = Asked &
  Readonly<{
    at: Instant;
    /** What happened, such as `payment.approved`. */
    action: string;
    /** Absent when the move creates the payment. */
    before?: VendorPayment;
    next: Next;
    approval?: Approval;
    /** For the approvers' queue. */
    message?: ApprovalMessage;
    eventKey?: string;
  }>;

/**
 * The whole commit for a move: the payment with its link of the audit chain, and its events. Also gives the payment as it
 * will be stored, chain head included, so that no read has to follow.
 */
export function approvalChange<Next extends VendorPayment>(
  ports: Readonly<{ approvalIds: ApprovalIds; digests: Digests }>,
  move: VendorPaymentUpdate<Next>,
  claimOf: ClaimApproval = unclaimed,
): Readonly<{ change: ApprovalChange; payment: Next }> {
  const { at, before, next, approval, message, eventKey } = move;
  const newId = () => ports.approvalIds.event(at);
  const id = ports.approvalIds.change(at);
  const events = [
    ...busEventsOf(before, next).map((type) => approvalEvent(type, next, newId())),
    ...(message === undefined ? [] : [approvalRequested(message, next, newId())]),
  ];
  const { sha256 } = ports.digests;
  const expected = before?.version ?? 0;
  const claim = claimOf({ id, at, payment: { expected, next } });
  const entry = linkOf(ports, move, {
    changeId: id,
    ...present({ eventKey }),
    events: events.map((event) => ({ id: event.id, hash: hashOfData(event, sha256) })),
    ...present({ claim: claim && sealOfClaim(claim, sha256) }),
    ...(expected === 0 ? { refusals: 0 } : {}),
  });
  const payment = { ...next, auditHash: entry.hash };
  return {
    payment,
    change: {
      id,
      at,
      payment: { expected, next: payment },
      ...present({ approval }),
      entry,
      events,
      ...present({ eventKey, claim }),
    },
  };
}

function linkOf(
  { approvalIds, digests }: Readonly<{ approvalIds: ApprovalIds; digests: Digests }>,
  { at, by, origin, action, before, next }: VendorPaymentUpdate,
  written: Written,
): AuditLogEntry {
  return auditLogChain.seal(
    {
      id: approvalIds.auditEntry(at),
      paymentId: next.id,
      sequence: next.version,
      action,
      actor: { id: by.id, type: origin.actor.type, roles: by.roles },
      ...present({ ipAddress: origin.ipAddress, userAgent: origin.userAgent }),
      requestId: origin.requestId,
      ...linkOfChange(
        before && { ...before, record: vendorPaymentRecord(before) },
        vendorPaymentRecord(next),
      ),
      written,
      timestamp: at,
    },
    digests.sha256,
  );
}
