import { errAsync, okAsync } from 'neverthrow';
import { isLapsed } from '../../domain/claim.ts';
import type { Payment } from '../../domain/payment.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { Change, CommitRefused, Commits, Guarded } from '../../ports/commits.ts';
import { claimKeyText, type MemoryStore, positionOf } from './store.ts';

/** The reference for every other adapter: checks all guards, then writes all, in one synchronous step. */
export const memoryCommits = (store: MemoryStore): Commits => ({
  commit(change) {
    if (store.claims.get(claimKeyText(change.claim.next))?.changeId === change.id) return okAsync(undefined);
    const refusal = refusalOf(store, change);
    if (refusal !== undefined) return errAsync(refusal);
    write(store, change);
    return okAsync(undefined);
  },
});

function refusalOf(
  store: MemoryStore,
  { claim, payment, transactions, at }: Change,
): CommitRefused | undefined {
  const current = store.claims.get(claimKeyText(claim.next));
  const standing = current === undefined || isLapsed(current, at) ? undefined : current;
  if (claim.expected === 0 && standing !== undefined) return { kind: 'ClaimTaken' };
  if (claim.expected !== 0 && standing?.fence !== claim.expected) return { kind: 'FenceLost' };
  const stale = [
    ...(payment === undefined ? [] : [{ ...payment, stored: store.payments.get(payment.next.id) }]),
    ...transactions.map((transaction) => ({ ...transaction, stored: storedTransaction(store, transaction) })),
  ].find(({ expected, stored }) => (stored?.version ?? 0) !== expected);
  return stale && { kind: 'StaleVersion', id: stale.next.id };
}

const storedTransaction = (store: MemoryStore, { next }: Guarded<Transaction>) =>
  store.transactionsOf.get(next.paymentId)?.find(({ id }) => id === next.id);

function write(store: MemoryStore, { claim, payment, transactions, audit, events }: Change): void {
  store.claims.set(claimKeyText(claim.next), claim.next);
  if (payment !== undefined) writePayment(store, payment.next);
  for (const { next } of transactions) place(listOf(store.transactionsOf, next.paymentId), next);
  for (const entry of audit) listOf(store.auditOf, entry.entityId).push(entry);
  for (const event of events) place(store.outbox, event);
}

function writePayment(store: MemoryStore, payment: Payment): void {
  store.payments.set(payment.id, payment);
  place(listOf(store.paymentsOf, payment.merchantId), payment);
}

/** Puts a value where its id sorts, over an older one of the same id. */
function place<Value extends Readonly<{ id: string }>>(sorted: Value[], value: Value): void {
  const position = positionOf(sorted, value.id);
  sorted.splice(position, sorted[position]?.id === value.id ? 1 : 0, value);
}

function listOf<Value>(lists: Map<string, Value[]>, key: string): Value[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
