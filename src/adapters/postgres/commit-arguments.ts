import type { ClaimKey } from '../../domain/kernel/claim.ts';
import { traceOf } from '../../domain/kernel/claim-trace.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import { type Json, jsonText } from '../../domain/kernel/json.ts';
import type { Change, GuardedAggregate } from '../../ports/commits.ts';
import { aggregateToRows, entryToRow, tallyToRow } from './ledger-rows.ts';
import {
  auditToRow,
  claimToRow,
  eventToRow,
  paymentMoveToRow,
  paymentToRow,
  transactionToRow,
} from './rows.ts';

/** What a change touches that no other change of its statement may touch. */
export function keysOf({ claim, payment, transactions, aggregates, spending }: Change): readonly string[] {
  const keys = transactions.map((transaction): string => transaction.next.paymentId);
  if (claim !== undefined) keys.push(claimKeyOf(claim.next));
  if (payment !== undefined) keys.push(payment.next.id);
  if (spending !== undefined) keys.push(`spending ${spending.merchantId} ${spending.currency}`);
  for (const { next, takes, releases } of aggregates)
    for (const key of [next.id, ...takes, ...releases])
      keys.push(`aggregate ${next.merchantId} ${next.kind} ${key}`);
  return keys;
}

/** A row for a JSON argument and what it is sorted by, so that all calls lock in one order. */
type Sorted = { key: string; row: object };

/** The arguments of `commit_changes`, in its order; in each row `n` says whose it is. */
export function argumentsOf(changes: readonly Change[]): (string | number | null)[] {
  const claims = { opened: [] as Sorted[], moved: [] as Sorted[] };
  const payments = { opened: [] as Sorted[], moved: [] as Sorted[] };
  const transactions = { opened: [] as Sorted[], moved: [] as Sorted[] };
  const audit: object[] = [];
  const events: object[] = [];
  const tallies: object[] = [];
  const entries: object[] = [];
  const stored: Stored = { aggregates: [], taken: [], released: [], spendings: [] };
  for (const [n, change] of changes.entries()) {
    const { at, claim, payment } = change;
    if (claim !== undefined) {
      const { expected, next } = claim;
      const row = { n, expected, at: rfc3339(at), ...claimToRow(next) };
      claims[sideOf(expected)].push({ key: claimKeyOf(next), row });
    }
    if (payment !== undefined) {
      const { expected, next } = payment;
      const row = expected === 0 ? paymentToRow(next) : paymentMoveToRow(next);
      payments[sideOf(expected)].push({ key: next.id, row: { n, expected, ...row } });
    }
    for (const { expected, next } of change.transactions)
      transactions[sideOf(expected)].push({ key: next.id, row: { n, expected, ...transactionToRow(next) } });
    for (const entry of change.audit) audit.push({ n, ...auditToRow(entry) });
    for (const event of change.events) events.push({ n, ...eventToRow(event) });
    for (const tally of change.tallies) tallies.push({ n, ...tallyToRow(tally) });
    for (const entry of change.entries) entries.push({ n, ...entryToRow(entry) });
    if (change.aggregates.length > 0 || change.spending !== undefined) addStored(stored, n, change);
  }
  return [
    textOf(claims.opened),
    claims.opened.length,
    textOf(claims.moved),
    claims.moved.length,
    textOf(payments.opened),
    textOf(payments.moved),
    textOf(transactions.opened),
    textOf(transactions.moved),
    unsortedTextOf(audit),
    unsortedTextOf(events),
    unsortedTextOf(tallies),
    unsortedTextOf(entries),
    textOf(stored.aggregates),
    textOf(stored.taken),
    textOf(stored.released),
    textOf(stored.spendings),
  ];
}

/** Which claims of the changes get a trace, as `commit_traced_changes` takes it; undefined: none. */
export function tracesOf(changes: readonly Change[]): string | undefined {
  const traced = changes.flatMap(({ id, claim }) => {
    const trace = claim && traceOf(claim.next);
    return trace === undefined
      ? []
      : [{ merchant_id: trace.merchantId, operation: trace.operation, key: trace.key, change_id: id }];
  });
  return unsortedTextOf(traced) ?? undefined;
}

type Stored = Readonly<Record<'aggregates' | 'taken' | 'released' | 'spendings', Sorted[]>>;

function addStored(stored: Stored, n: number, { id: changeId, claim, aggregates, spending }: Change): void {
  for (const [index, guarded] of aggregates.entries()) {
    const { takes, releases } = guarded;
    const bare = claim === undefined && index === 0;
    for (const row of aggregateToRows(guarded, changeId))
      stored.aggregates.push({ key: `${row.owner} ${row.kind} ${row.id}`, row: { n, bare, ...row } });
    stored.taken.push(...keyRows(n, guarded, takes));
    stored.released.push(...keyRows(n, guarded, releases));
  }
  if (spending === undefined) return;
  const { merchantId, currency, expected } = spending;
  const row = { n, expected, merchant_id: merchantId, currency };
  stored.spendings.push({ key: `${merchantId} ${currency}`, row });
}

const keyRows = (n: number, { next }: GuardedAggregate, keys: readonly string[]): Sorted[] =>
  [...new Set(keys)].map((key) => ({
    key: `${next.merchantId} ${next.kind} ${key}`,
    row: { n, merchant_id: next.merchantId, kind: next.kind, key, id: next.id },
  }));

const sideOf = (expected: number) => (expected === 0 ? 'opened' : 'moved');

const textOf = (rows: readonly Sorted[]): string | null =>
  unsortedTextOf(rows.toSorted((a, b) => order(a.key, b.key)).map(({ row }) => row));

const unsortedTextOf = (rows: readonly object[]): string | null =>
  rows.length === 0 ? null : jsonText(rows as readonly Json[]);

const claimKeyOf = ({ merchantId, operation, key }: ClaimKey) => `${merchantId} ${operation} ${key}`;

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
