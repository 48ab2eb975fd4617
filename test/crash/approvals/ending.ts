import type { ApprovalEventType } from '../../../src/domain/approvals/approval-events.ts';
import { auditLogChain } from '../../../src/domain/approvals/audit-log.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import { outboxShardOf } from '../../../src/ports/outbox.ts';
import { digests, NOON } from '../../fixtures/changes.ts';
import type { Scene } from './world.ts';

/** The events of each step; all other steps have none. */
const EVENTS_OF: Readonly<Record<string, readonly ApprovalEventType[]>> = {
  'payment.created': ['PaymentCreated', 'ApprovalRequested'],
  'payment.approved': ['PaymentApproved'],
  'payment.rejected': ['PaymentRejected'],
  'payment.reviewed': ['FraudDetected'],
  'payment.completed': ['PaymentCompleted'],
  'payment.failed': ['PaymentFailed'],
};

/** All that is wrong when everything has come to rest. */
export async function endFaults(scene: Scene, ends: readonly string[]): Promise<readonly string[]> {
  const payments = await scene.payments();
  const [payment] = payments;
  if (payment === undefined || payments.length > 1) return [`${payments.length} payments`];
  const { status } = payment;
  const paid = scene.ledger.paid();
  const right = paid.every(
    ({ reference, cents, vendorId }) =>
      reference === payment.id && cents === scene.amount && vendorId === payment.vendorId,
  );
  const approvers = payment.approvals.map(({ by }) => by);
  return [
    ...(ends.includes(status) ? [] : [`it ended ${status}`]),
    ...(paid.length === (status === 'completed' ? 1 : 0) ? [] : [`${status}, and paid ${paid.length} times`]),
    ...(right ? [] : ['something else was paid']),
    ...(new Set(approvers).size === approvers.length ? [] : ['an approver counts twice']),
    ...(approvers.some((by) => payment.makers.includes(by)) ? ['a maker approved it'] : []),
    ...(await trailFaults(scene, payment)),
  ];
}

/** The audit chain is whole, and the outbox holds each of its steps' events once. */
async function trailFaults({ storage }: Scene, payment: VendorPayment): Promise<readonly string[]> {
  const entries = (await storage.auditLog.of(payment.id))._unsafeUnwrap();
  const chain = auditLogChain.verify(entries, payment, digests.sha256);
  // Those of one payment are in one shard, and none of them was ever tried.
  const shard = outboxShardOf({ id: payment.id });
  const events = (await storage.outbox.next([shard], NOON, 10_000))
    ._unsafeUnwrap()
    .filter(({ paymentId }) => paymentId === payment.id)
    .map(({ type }) => type);
  const due = entries.flatMap(({ action }) => EVENTS_OF[action] ?? []);
  const [sent, wanted] = [events.toSorted().join(), due.toSorted().join()];
  return [
    ...(chain.isOk() ? [] : [`the audit chain is broken: ${JSON.stringify(chain.error)}`]),
    ...(sent === wanted ? [] : [`events ${sent} where ${wanted} are due`]),
  ];
}
