import type { ApprovalEventType } from '../../src/domain/approvals/approval-events.ts';
import { auditLogChain } from '../../src/domain/approvals/audit-log.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import { digests } from '../fixtures/changes.ts';
import type { World } from './crash-world.ts';

/** What the outside is told of each step; of all others nothing. */
const TOLD: Readonly<Record<string, readonly ApprovalEventType[]>> = {
  'payment.created': ['PaymentCreated', 'ApprovalRequested'],
  'payment.approved': ['PaymentApproved'],
  'payment.rejected': ['PaymentRejected'],
  'payment.completed': ['PaymentCompleted'],
  'payment.failed': ['PaymentFailed'],
};

/** All that is wrong when everything has come to rest. */
export async function endFaults(world: World, ends: readonly string[]): Promise<readonly string[]> {
  const payments = await world.payments();
  const [payment] = payments;
  if (payment === undefined || payments.length > 1) return [`${payments.length} payments`];
  const { status } = payment;
  const paid = world.ledger.paid();
  const right = paid.every(
    ({ reference, cents, vendorId }) =>
      reference === payment.id && cents === world.amount && vendorId === payment.vendorId,
  );
  const approvers = payment.approvals.map(({ by }) => by);
  return [
    ...(ends.includes(status) ? [] : [`it ended ${status}`]),
    ...(paid.length === (status === 'completed' ? 1 : 0) ? [] : [`${status}, and paid ${paid.length} times`]),
    ...(right ? [] : ['something else was paid']),
    ...(new Set(approvers).size === approvers.length ? [] : ['somebody counts twice']),
    ...(approvers.some((by) => payment.makers.includes(by)) ? ['a maker approved it'] : []),
    ...(await trailFaults(world, payment)),
  ];
}

/** The audit chain is whole, and of each of its steps the outside will hear what it must, once. */
async function trailFaults({ storage }: World, payment: VendorPayment): Promise<readonly string[]> {
  const entries = (await storage.auditLog.of(payment.id))._unsafeUnwrap();
  const chain = auditLogChain.verify(entries, payment, digests.sha256);
  const events = (await storage.outbox.unsent(10_000))
    ._unsafeUnwrap()
    .filter(({ paymentId }) => paymentId === payment.id)
    .map(({ type }) => type);
  const due = entries.flatMap(({ action }) => TOLD[action] ?? []);
  const [told, wanted] = [events.toSorted().join(), due.toSorted().join()];
  return [
    ...(chain.isOk() ? [] : [`the audit chain is broken: ${JSON.stringify(chain.error)}`]),
    ...(told === wanted ? [] : [`told ${told}, where ${wanted} happened`]),
  ];
}
