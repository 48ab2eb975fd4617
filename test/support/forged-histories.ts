import { approvalChange } from '../../src/application/approvals/approval-change.ts';
import { type Approval } from '../../src/domain/approvals/approval.ts';
import type { Approver } from '../../src/domain/approvals/approver.ts';
import {
  type Approved,
  nextOf,
  type Processing,
  type VendorPayment,
} from '../../src/domain/approvals/vendor-payment.ts';
import { anApprover, approvalPorts, asked } from '../fixtures/approvals.ts';
import type { EditedService } from './edited-service.ts';
import type { ApprovalsHand } from './tampering/approvals.ts';

export const GHOST = anApprover('ghost', 'admin');

export const approvalBy = (payment: VendorPayment, by: string, ...roles: Approval['roles']): Approval => ({
  by,
  roles,
  at: payment.updatedAt + 1,
  revision: payment.revision,
  termsHash: payment.termsHash,
});

/** The payment as if these had approved it last, in a version of its own. */
export const approvedBy = (payment: VendorPayment, ...approvals: readonly Approval[]): Approved => ({
  ...nextOf(payment, payment.updatedAt + 1),
  status: 'approved',
  approvals,
  approvedBy: approvals.at(-1)?.by ?? GHOST.id,
  approvedAt: payment.updatedAt + 1,
});

/** As if its payout had been begun, and were due. */
export const begun = (payment: Approved): Processing => ({
  ...payment,
  ...nextOf(payment, payment.updatedAt + 1),
  status: 'processing',
  attempt: 1,
  resumptions: 0,
  dueAt: payment.createdAt,
});

/** A payment's state, and a link with the right hash that leads to it from the one before. */
export type ForgedMove = Readonly<{ next: VendorPayment; action: string; by?: Approver }>;

/** Writes a payment as it is after these moves, and their links. */
export async function forgeMoves(
  service: EditedService,
  hand: ApprovalsHand,
  before: VendorPayment,
  moves: readonly ForgedMove[],
): Promise<VendorPayment> {
  const links = [...(await service.storage.auditLog.of(before.id))._unsafeUnwrap()];
  let stored = before;
  for (const { next, action, by = GHOST } of moves) {
    const at = next.updatedAt;
    const version = stored.version + 1;
    const move = { ...asked(by), at, action, before: stored, next: { ...next, version } };
    const { change, payment } = approvalChange(approvalPorts, move);
    links.push(change.entry);
    stored = payment;
  }
  await hand.writePayment(stored);
  await hand.writeLinks(before.id, links);
  return stored;
}

/** Writes a payment that was approved or begun, and links that say so; each approval in one of its own actor's. */
export function forge(
  service: EditedService,
  hand: ApprovalsHand,
  before: VendorPayment,
  next: VendorPayment,
) {
  const given = next.status === 'approved' ? next.approvals : [];
  const moves = given.map(({ by, roles }, n): ForgedMove => {
    const actor = anApprover(by, ...roles);
    if (n === given.length - 1) return { next, action: 'payment.approved', by: actor };
    const approvals = given.slice(0, n + 1);
    const known = nextOf(before, next.updatedAt);
    return {
      next: { ...known, status: 'pending_approval', approvals },
      action: 'payment.approval_given',
      by: actor,
    };
  });
  const only = [{ next, action: `payment.${next.status}` }];
  return forgeMoves(service, hand, before, moves.length === 0 ? only : moves);
}
