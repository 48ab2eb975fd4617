import { ok, type Result } from 'neverthrow';
import type { PaymentId, TransactionId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Json, whole } from '../kernel/json.ts';
import { settle, type Transaction } from '../payments/transaction.ts';
import type { FileRow, RowRejected, TransactionName, TransactionRow } from './file-row.ts';
import { namedTransaction, transactionsNamed } from './named-transaction.ts';
import type { Chargebacks, StatementLine } from './statement-line.ts';
import { uncapturedIn } from './uncaptured.ts';

/** What becomes of a row; each becomes exactly one of these. */
export const OUTCOMES = [
  'matched',
  'matched_within_tolerance',
  'mismatched',
  'missing_here',
  'duplicate',
  'rejected',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A value that both sides have, and differently. */
export type FieldDifference = Readonly<{ field: string; ours: Json; theirs: Json }>;

export type MatchedRow = Readonly<{
  outcome: Outcome;
  row: Result<FileRow, RowRejected>;
  /** Of a row that is mismatched, or matched within the tolerance, and of a duplicate that says something else than was settled. */
  differences: readonly FieldDifference[];
  /** The transaction of ours that the row was held against, as it was before. */
  transaction?: Transaction;
  /** The line that the row says, as the processor's record of a dispute said it before any file. */
  announced?: StatementLine;
  /** How much of the row's amount was authorized and never captured; another row takes it back. */
  uncaptured?: bigint;
  /** Of a row that is an exception, and that can be told from others: by what it is known again (`rowKey`). */
  rowKey?: string;
  /** The row settles the transaction: how it was, and how it is from now on. */
  settled?: Readonly<{ before: Transaction; next: Transaction }>;
}>;

/** What the merchant has on record, as the rows before left it. */
export type Books = Readonly<{
  /** Of another merchant's payment there are none. */
  transactionsOf: (id: PaymentId) => readonly Transaction[];
  /** The line of a statement of this type and reference (`statementKey`), from this file or an earlier one. */
  statementLine: (key: string) => StatementLine | undefined;
  /** What is charged back of a capture so far, less what was reversed of it; undefined where nothing ever was. */
  chargebacksOf: (id: TransactionId) => Chargebacks | undefined;
}>;

/** How far amounts and fees may differ from ours, in minor units of each currency; 0 where none is named. */
export type Tolerance = (currency: string) => bigint;

/**
 * Holds a row against the transaction that it names. A row that says what we know settles it. A transaction that is settled
 * already is not settled again, whatever the row says.
 */
export function matchTransactionRow(
  row: TransactionRow,
  books: Books,
  tolerance: Tolerance,
  now: Instant,
): MatchedRow {
  const read = ok(row);
  const transaction = transactionNamed(row, row.type === 'refund' ? 'refund' : 'capture', books);
  if (transaction === undefined) return { outcome: 'missing_here', row: read, differences: NO_DIFFERENCES };
  const uncaptured = uncapturedIn(row, transaction, books.transactionsOf(transaction.paymentId));
  const as = (outcome: Outcome, differences = NO_DIFFERENCES): MatchedRow =>
    uncaptured === 0n
      ? { outcome, row: read, differences, transaction }
      : { outcome, row: read, differences, transaction, uncaptured };
  const facts = differencesOfFacts(row, transaction);
  const amounts = differencesOfAmounts(row, transaction, uncaptured);
  const most = tolerance(transaction.amount.currency);
  const isWithin = amounts.every(({ by }) => by <= most);
  const differences = amounts.length === 0 ? facts : [...facts, ...amounts.map((each) => each.difference)];
  if (transaction.status === 'settled') return as('duplicate', isWithin ? facts : differences);
  if (facts.length > 0 || !isWithin) return as('mismatched', differences);
  const matched = as(amounts.length === 0 ? 'matched' : 'matched_within_tolerance', differences);
  // What failed was not paid out: both sides say so, and nothing changes.
  if (transaction.status !== 'succeeded') return matched;
  return { ...matched, settled: { before: transaction, next: settle(transaction, row.fee, now) } };
}

const NO_DIFFERENCES: readonly FieldDifference[] = [];

/** The transaction of ours that a row names; none, where its payment is another merchant's. */
export const transactionNamed = (
  name: TransactionName,
  type: 'capture' | 'refund',
  { transactionsOf }: Pick<Books, 'transactionsOf'>,
): Transaction | undefined =>
  name.paymentId === undefined ? undefined : namedTransaction(name, type, transactionsOf(name.paymentId));

/**
 * The captures whose money a chargeback, or its reversal, may be of, the oldest first: a dispute is of its charge, and names none of several
 * captures. Of several, those that have not been taken are left out.
 */
export const capturesDisputed = (
  name: TransactionName,
  { transactionsOf }: Pick<Books, 'transactionsOf'>,
): readonly Transaction[] => {
  if (name.paymentId === undefined) return [];
  const named = transactionsNamed(name, 'capture', transactionsOf(name.paymentId));
  const taken = named.filter(({ status }) => status === 'succeeded' || status === 'settled');
  const disputed = taken.length > 0 || named.length > 1 ? taken : named;
  return disputed.toSorted((a, b) => (a.id < b.id ? -1 : 1));
};

/** The row's word for a transaction of ours; of an authorization or a void no file says anything. */
export const ROW_TYPE_OF = {
  capture: 'payment',
  refund: 'refund',
  authorization: 'authorization',
  void: 'void',
} as const satisfies Record<Transaction['type'], string>;

function differencesOfFacts(
  row: TransactionRow,
  { type, status, amount }: Transaction,
): readonly FieldDifference[] {
  const ours = ROW_TYPE_OF[type];
  const isType = row.type === undefined ? ours === 'payment' || ours === 'refund' : row.type === ours;
  const expected = row.status === 'settled' ? (status === 'settled' ? status : 'succeeded') : 'failed';
  const differences: FieldDifference[] = [];
  if (!isType) differences.push({ field: 'type', ours, theirs: row.type ?? null });
  if (status !== expected) differences.push({ field: 'status', ours: status, theirs: row.status });
  if (row.currency !== undefined && row.currency !== amount.currency)
    differences.push({ field: 'currency', ours: amount.currency, theirs: row.currency });
  return differences;
}

/** `by` is above zero. */
export type AmountDifference = Readonly<{ by: bigint; difference: FieldDifference }>;

/** A fee that we never learned of differs from nothing. */
function differencesOfAmounts(
  row: TransactionRow,
  transaction: Transaction,
  uncaptured: bigint,
): readonly AmountDifference[] {
  const known = transaction.status === 'pending' ? undefined : transaction.fee;
  const captured = row.amount === undefined ? undefined : row.amount - uncaptured;
  const amount = differing('amount', transaction.amount.minorUnits, captured);
  const fee = differing('fee', known, row.fee);
  return amount.length === 0 ? fee : [...amount, ...fee];
}

const NO_AMOUNTS: readonly AmountDifference[] = [];

/** None where either side says nothing. */
export function differing(
  field: string,
  ours: bigint | undefined,
  theirs: bigint | undefined,
): readonly AmountDifference[] {
  if (ours === undefined || theirs === undefined || ours === theirs) return NO_AMOUNTS;
  const by = ours > theirs ? ours - theirs : theirs - ours;
  return [{ by, difference: { field, ours: whole(ours), theirs: whole(theirs) } }];
}
