import { errAsync, okAsync } from 'neverthrow';
import type { Approval } from '../../../domain/approvals/approval.ts';
import type { ApprovalEvent } from '../../../domain/approvals/approval-events.ts';
import type { VendorPaymentId } from '../../../domain/approvals/ids.ts';
import { approverIn, isBarred } from '../../../domain/approvals/maker-checker.ts';
import { NO_REFUSALS } from '../../../domain/approvals/refusal.ts';
import { isLive } from '../../../domain/approvals/vendor-payment.ts';
import { comparedAs } from '../../../domain/kernel/identity.ts';
import type {
  ApprovalChange,
  ApprovalCommitRefused,
  ApprovalCommits,
} from '../../../ports/approvals/approval-commits.ts';
import { putEvent } from '../outbox.ts';
import { positionOf } from '../store.ts';
import { isFreeFor, writeClaim } from './request-claims.ts';
import { type ApprovalsStore, liveKeyText } from './store.ts';

/** The reference for every other adapter: checks all guards, then writes all, in one synchronous step. */
export const memoryApprovalCommits = (store: ApprovalsStore): ApprovalCommits => ({
  commit(change) {
    if (store.payments.get(change.payment.next.id)?.changeId === change.id) return okAsync(undefined);
    const refusal = refusalOf(store, change);
    if (refusal !== undefined) return errAsync(refusal);
    write(store, change);
    return okAsync(undefined);
  },
});

function refusalOf(store: ApprovalsStore, change: ApprovalChange): ApprovalCommitRefused | undefined {
  const { expected, next } = change.payment;
  if (change.claim !== undefined && !isFreeFor(store, change.claim)) return { kind: 'ClaimTaken' };
  if ((store.payments.get(next.id)?.payment.version ?? 0) !== expected)
    return { kind: 'StaleVersion', id: next.id };
  if (change.eventKey !== undefined && store.eventKeys.has(change.eventKey)) return { kind: 'EventSeen' };
  if (expected === 0 && store.live.has(liveKeyText(next))) return { kind: 'DuplicateIncident' };
  if (change.approval === undefined) return undefined;
  const stored = store.payments.get(next.id)?.payment ?? next;
  const approver = approverIn(change.approval);
  if (isBarred(stored, approver) || isBarred(next, approver)) return { kind: 'SelfApproval' };
  return approvalKeyTexts(next.id, change.approval).some((text) => store.approvals.has(text))
    ? { kind: 'AlreadyApproved' }
    : undefined;
}

function write(store: ApprovalsStore, change: ApprovalChange): void {
  const { id, payment, approval, entry, events, eventKey, claim } = change;
  const { next } = payment;
  store.payments.set(next.id, { payment: next, changeId: id });
  place(store.sorted, next);
  if (payment.expected === 0) store.live.set(liveKeyText(next), next.id);
  // One that was cancelled before let them go then, and another may have them now.
  if (!isLive(next) && store.live.get(liveKeyText(next)) === next.id) store.live.delete(liveKeyText(next));
  if (approval !== undefined)
    for (const text of approvalKeyTexts(next.id, approval)) store.approvals.add(text);
  if (eventKey !== undefined) store.eventKeys.add(eventKey);
  if (claim !== undefined) writeClaim(store, claim);
  if (entry.written?.refusals === 0) store.refusalHeads.set(next.id, NO_REFUSALS);
  store.auditOf.set(next.id, [...(store.auditOf.get(next.id) ?? []), entry]);
  for (const event of events) putEvent<ApprovalEvent>(store, event);
}

/** One for a payment, revision and each identity of a person, as people are compared; the id holds no space. */
export const approvalKeyTexts = (id: VendorPaymentId, approval: Approval): readonly string[] =>
  comparedAs(approverIn(approval).identities).map((identity) => `${id} ${approval.revision} ${identity}`);

/** Puts a value where its id sorts, over an older one of the same id. */
function place<Value extends Readonly<{ id: string }>>(sorted: Value[], value: Value): void {
  const position = positionOf(sorted, value.id);
  sorted.splice(position, sorted[position]?.id === value.id ? 1 : 0, value);
}
