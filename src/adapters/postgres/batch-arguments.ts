import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import { type JsonObject, jsonText } from '../../domain/kernel/json.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Change, Guarded } from '../../ports/commits.ts';
import { bigintArray, integerArray, textArray, uuidArray } from './binary-arrays.ts';
import { argumentsOf } from './commit-arguments.ts';
import { entryToRow } from './ledger-rows.ts';
import { uuidOf } from './rows.ts';

/** From so many transactions on columns cost less than JSON. */
const LEAST_TRANSACTIONS = 24;

/** How many there are. */
export const BATCH_ARGUMENTS = 35;

type OfTransaction = Extract<LedgerEntry, Readonly<{ transactionId: unknown }>>;

/**
 * The arguments of `commit_batch`, in its order, for a change of many transactions that one file settles, each with its link;
 * undefined for every other change. Settling changes a transaction's status, fee, version, link and time, and nothing else of it.
 */
export function batchArgumentsOf(change: Change): (string | Buffer | null)[] | undefined {
  const { id, claim, payment, spending, tallies, aggregates, audit, entries } = change;
  const [first] = aggregates;
  const moves = change.transactions.toSorted((a, b) => order(a.next.id, b.next.id));
  const [pattern] = moves;
  if (claim ?? payment ?? spending) return undefined;
  if (first === undefined || tallies.length > 0 || pattern === undefined) return undefined;
  const { merchantId, updatedAt: at } = pattern.next;
  const links = linksOf(moves, audit);
  const [link] = links;
  if (moves.length < LEAST_TRANSACTIONS || link === undefined) return undefined;
  const isOfOne = (move: Guarded<Transaction>, n: number) =>
    isSettled(move, at) &&
    move.next.merchantId === merchantId &&
    isAlike(links[n], link, move.next) &&
    isSameMetadata(links[n]?.metadata, link.metadata);
  if (!moves.every(isOfOne)) return undefined;

  const [fee] = entries.filter(isOfTransaction);
  const isFee = (entry: LedgerEntry): entry is OfTransaction =>
    fee !== undefined && isOfTransaction(entry) && isSameKind(entry, fee) && entry.createdAt === at;
  const fees = entries.filter(isFee).map(entryToRow);
  const inLinks = new Set<AuditEntry | undefined>(links);
  const rest: Change = {
    ...change,
    transactions: [],
    audit: audit.filter((entry) => !inLinks.has(entry)),
    entries: entries.filter((entry) => !isFee(entry)),
  };
  const [restAudit, events, , others, ...aggregateArguments] = argumentsOf([rest]).slice(8) as string[];
  return [
    id,
    first.next.merchantId,
    first.next.kind,
    first.next.id,
    merchantId,
    rfc3339(at),
    uuidArray(moves.map(({ next }) => uuidOf(next.paymentId))),
    uuidArray(moves.map(({ next }) => uuidOf(next.id))),
    integerArray(moves.map(({ next }) => next.version)),
    bigintArray(moves.map(({ next }) => ('fee' in next ? next.fee : undefined))),
    textArray(moves.map(({ next }) => next.auditHash)),
    textArray(moves.map(({ next }) => next.id)),
    uuidArray(links.map((each) => uuidOf(each?.id ?? ''))),
    textArray(
      links.map((each) => each?.before && jsonText(each.before)),
      'json',
    ),
    textArray(
      links.map((each) => each?.after && jsonText(each.after)),
      'json',
    ),
    textArray(links.map((each) => each?.previousHash ?? '')),
    link.action,
    link.actor.id,
    link.actor.type,
    link.metadata === undefined ? null : jsonText(link.metadata),
    fees.length === 0 ? null : uuidArray(fees.map((each) => each.id)),
    bigintArray(fees.map(({ amount }) => amount)),
    textArray(fees.map(({ currency }) => currency)),
    uuidArray(fees.map((each) => each.payment_id)),
    uuidArray(fees.map((each) => each.transaction_id)),
    textArray(fees.map(({ seal }) => seal)),
    fee?.type ?? null,
    fee?.debit ?? null,
    fee?.credit ?? null,
    restAudit ?? null,
    events ?? null,
    others ?? null,
    ...aggregateArguments.slice(0, 3),
  ];
}

const isSettled = ({ expected, next }: Guarded<Transaction>, at: number): boolean =>
  next.status === 'settled' && expected > 0 && next.version === expected + 1 && next.updatedAt === at;

const isOfTransaction = (entry: LedgerEntry): entry is OfTransaction => 'transactionId' in entry;

const isSameKind = (a: LedgerEntry, b: LedgerEntry): boolean =>
  a.type === b.type && a.debit === b.debit && a.credit === b.credit && a.merchantId === b.merchantId;

/** The link of each move, in the order of the moves. */
function linksOf(
  moves: readonly Guarded<Transaction>[],
  audit: readonly AuditEntry[],
): readonly (AuditEntry | undefined)[] {
  const byEntity = new Map(audit.map((entry) => [entry.entityId, entry]));
  return moves.map(({ next }) => byEntity.get(next.id));
}

/** The link is of this version of the transaction, and is in all that `commit_batch` takes once, metadata apart, as the first one is. */
function isAlike(link: AuditEntry | undefined, first: AuditEntry | undefined, next: Transaction): boolean {
  return (
    link !== undefined &&
    first !== undefined &&
    link.entityType === 'transaction' &&
    link.sequence === next.version &&
    link.hash === next.auditHash &&
    link.timestamp === next.updatedAt &&
    link.merchantId === next.merchantId &&
    link.ipAddress === undefined &&
    link.userAgent === undefined &&
    link.action === first.action &&
    link.actor.id === first.actor.id &&
    link.actor.type === first.actor.type
  );
}

/** Without a look into values that are no text or number: a change whose links differ in such goes another way. */
function isSameMetadata(a: JsonObject | undefined, b: JsonObject | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
