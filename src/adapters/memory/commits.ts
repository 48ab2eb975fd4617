import { errAsync, okAsync } from 'neverthrow';
import { ownersOf } from '../../domain/aggregates/aggregate.ts';
import { type Claim, isLapsed } from '../../domain/kernel/claim.ts';
import { traceOf } from '../../domain/kernel/claim-trace.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Change, CommitRefused, Commits, Guarded, GuardedAggregate } from '../../ports/commits.ts';
import { addToBalances } from './balances.ts';
import { addToLedgerTallies } from './ledger-tallies.ts';
import { putEvent } from './outbox.ts';
import {
  aggregateKeyText,
  balanceKeyText,
  chainKeyText,
  claimKeyText,
  type MemoryStore,
  positionOf,
} from './store.ts';
import { addTally } from './summaries.ts';

/** The reference for every other adapter: checks all guards, then writes all, in one synchronous step. */
export const memoryCommits = (store: MemoryStore): Commits => ({
  commit(change) {
    if (isCommitted(store, change)) return okAsync(undefined);
    const refusal = claimRefusal(store, change) ?? versionRefusal(store, change) ?? keyRefusal(store, change);
    if (refusal !== undefined) return errAsync(refusal);
    write(store, change);
    return okAsync(undefined);
  },
});

function isCommitted(store: MemoryStore, { id, claim, aggregates: [first] }: Change): boolean {
  if (claim !== undefined) return store.claims.get(claimKeyText(claim.next))?.changeId === id;
  if (first === undefined) throw new Error(`change ${id} has neither a claim nor an aggregate`);
  return storedAggregate(store, first)?.changeId === id;
}

function claimRefusal(store: MemoryStore, { claim, at }: Change): CommitRefused | undefined {
  if (claim === undefined) return undefined;
  const current = store.claims.get(claimKeyText(claim.next));
  const standing = current === undefined || isLapsed(current, at) ? undefined : current;
  if (claim.expected === 0 && standing !== undefined) return { kind: 'ClaimTaken' };
  if (claim.expected !== 0 && standing?.fence !== claim.expected) return { kind: 'FenceLost' };
  return undefined;
}

function versionRefusal(
  store: MemoryStore,
  { payment, transactions, aggregates, spending }: Change,
): CommitRefused | undefined {
  const stale = [
    ...(payment === undefined ? [] : [{ ...payment, stored: store.payments.get(payment.next.id) }]),
    ...transactions.map((transaction) => ({ ...transaction, stored: storedTransaction(store, transaction) })),
    ...aggregates.map((each) => ({ ...each, stored: storedAggregate(store, each)?.aggregate })),
  ].find(({ expected, stored }) => (stored?.version ?? 0) !== expected);
  if (stale !== undefined) return { kind: 'StaleVersion', id: stale.next.id };
  if (spending === undefined) return undefined;
  const { merchantId, currency, expected } = spending;
  return (store.spendings.get(balanceKeyText(merchantId, currency)) ?? 0) === expected
    ? undefined
    : { kind: 'StaleVersion', id: currency };
}

/** Keys to take come first, then those to let go of. */
function keyRefusal(store: MemoryStore, { aggregates }: Change): CommitRefused | undefined {
  const wanted = [
    ...aggregates.flatMap(({ next, takes }) => takes.map((key) => ({ next, key }))),
    ...aggregates.flatMap(({ next, releases }) => releases.map((key) => ({ next, key }))),
  ];
  const taken = wanted.find(({ next, key }) => {
    const holder = store.uniqueKeys.get(aggregateKeyText(next.merchantId, next.kind, key));
    return holder !== undefined && holder !== next.id;
  });
  return taken && { kind: 'KeyTaken', key: taken.key };
}

const storedTransaction = (store: MemoryStore, { next }: Guarded<Transaction>) =>
  store.transactionsOf.get(next.paymentId)?.find(({ id }) => id === next.id);

const storedAggregate = (store: MemoryStore, { next }: GuardedAggregate) =>
  store.aggregates.get(aggregateKeyText(next.merchantId, next.kind, next.id));

function write(store: MemoryStore, change: Change): void {
  const { claim, payment, transactions, aggregates, spending, entries, tallies, audit, events } = change;
  for (const value of [...(claim === undefined ? [] : [claim.next]), ...entries, ...events])
    store.written.add(value);
  if (claim !== undefined) writeClaim(store, claim.next);
  if (payment !== undefined) writePayment(store, payment.next);
  for (const { next } of transactions) place(listOf(store.transactionsOf, next.paymentId), next);
  for (const aggregate of aggregates) writeAggregate(store, aggregate, change.id);
  if (spending !== undefined) {
    const { merchantId, currency, expected } = spending;
    store.spendings.set(balanceKeyText(merchantId, currency), expected + 1);
  }
  for (const entry of entries) place(listOf(store.entriesOf, entry.merchantId), entry);
  addToBalances(store, entries);
  addToLedgerTallies(store, entries);
  for (const tally of tallies) addTally(store, tally);
  for (const entry of audit)
    listOf(store.auditOf, chainKeyText(entry.entityType, entry.entityId)).push(entry);
  for (const event of events) putEvent(store, event);
}

function writeClaim({ claims, claimTraces }: MemoryStore, claim: Claim): void {
  claims.set(claimKeyText(claim), claim);
  const trace = traceOf(claim);
  if (trace !== undefined) claimTraces.set(claimKeyText(trace), trace);
}

function writePayment(store: MemoryStore, payment: Payment): void {
  store.payments.set(payment.id, payment);
  place(listOf(store.paymentsOf, payment.merchantId), payment);
}

function writeAggregate(store: MemoryStore, guarded: GuardedAggregate, changeId: string): void {
  const { next: aggregate, takes, releases } = guarded;
  const { merchantId, kind, id } = aggregate;
  for (const owner of ownersOf(aggregate)) {
    const stored = { owner, aggregate, changeId };
    store.written.add(stored);
    store.aggregates.set(aggregateKeyText(owner, kind, id), stored);
  }
  for (const key of releases) store.uniqueKeys.delete(aggregateKeyText(merchantId, kind, key));
  for (const key of takes) store.uniqueKeys.set(aggregateKeyText(merchantId, kind, key), id);
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
