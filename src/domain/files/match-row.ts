import type { Result } from 'neverthrow';
import type { PaymentId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Json, whole } from '../kernel/json.ts';
import { settle, type Transaction } from '../payments/transaction.ts';
import { type FileRow, isStatementRow, type RowRejected, type TransactionRow } from './file-row.ts';
import { namedTransaction } from './named-transaction.ts';

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
  /** Of a row that is mismatched, or matched within the tolerance. */
  differences: readonly FieldDifference[];
  /** The transaction of ours that the row was held against, as it was before. */
  transaction?: Transaction;
  /** The row settles the transaction: how it was, and how it is from now on. */
  settled?: Readonly<{ before: Transaction; next: Transaction }>;
}>;

/** What the merchant has on record, as the rows before left it. Of another merchant's payment there are no transactions. */
export type Books = Readonly<{ transactionsOf: (id: PaymentId) => readonly Transaction[] }>;

/** How far amounts and fees may differ from ours, in minor units of each currency; 0 where none is named. */
export type Tolerance = (currency: string) => bigint;

/**
 * Holds one row against the transaction that it names. A row that says what we know settles it. A transaction that is settled
 * already is not settled again, whatever the row says.
 */
export function matchRow(
  read: Result<FileRow, RowRejected>,
  books: Books,
  tolerance: Tolerance,
  now: Instant,
): MatchedRow {
  if (read.isErr()) return { outcome: 'rejected', row: read, differences: [] };
  const row = read.value;
  if (isStatementRow(row)) throw new Error(`no source reads a row of type ${row.type}`);
  const transaction = transactionOf(row, books);
  if (transaction === undefined) return { outcome: 'missing_here', row: read, differences: [] };
  const as = (outcome: Outcome, differences: readonly FieldDifference[] = []): MatchedRow => ({
    outcome,
    row: read,
    differences,
    transaction,
  });
  if (transaction.status === 'settled') return as('duplicate');
  const facts = differencesOfFacts(row, transaction);
  const amounts = differencesOfAmounts(row, transaction);
  const most = tolerance(transaction.amount.currency);
  const isWithin = amounts.every(({ by }) => by <= most);
  const differences = [...facts, ...amounts.map(({ difference }) => difference)];
  if (facts.length > 0 || !isWithin) return as('mismatched', differences);
  const matched = as(amounts.length === 0 ? 'matched' : 'matched_within_tolerance', differences);
  // What failed has been paid out by no one: both sides say so, and nothing changes.
  if (transaction.status !== 'succeeded') return matched;
  return { ...matched, settled: { before: transaction, next: settle(transaction, row.fee, now) } };
}

const transactionOf = (row: TransactionRow, { transactionsOf }: Books): Transaction | undefined =>
  row.paymentId === undefined
    ? undefined
    : namedTransaction(row, row.type === 'refund' ? 'refund' : 'capture', transactionsOf(row.paymentId));

/** The row's word for a transaction of ours; of an authorization or a void no file says anything. */
const TYPES = {
  capture: 'payment',
  refund: 'refund',
  authorization: 'authorization',
  void: 'void',
} as const satisfies Record<Transaction['type'], string>;

function differencesOfFacts(
  row: TransactionRow,
  { type, status, amount }: Transaction,
): readonly FieldDifference[] {
  const ours = TYPES[type];
  const isType = row.type === undefined ? ours === 'payment' || ours === 'refund' : row.type === ours;
  const expected = row.status === 'settled' ? 'succeeded' : 'failed';
  return [
    ...(isType ? [] : [{ field: 'type', ours, theirs: row.type ?? null }]),
    ...(status === expected ? [] : [{ field: 'status', ours: status, theirs: row.status }]),
    ...(row.currency === undefined || row.currency === amount.currency
      ? []
      : [{ field: 'currency', ours: amount.currency, theirs: row.currency }]),
  ];
}

type AmountDifference = Readonly<{ by: bigint; difference: FieldDifference }>;

/** A fee that we never learned of differs from nothing. */
function differencesOfAmounts(row: TransactionRow, transaction: Transaction): readonly AmountDifference[] {
  const known = transaction.status === 'pending' ? undefined : transaction.fee;
  return [
    ...differing('amount', transaction.amount.minorUnits, row.amount),
    ...differing('fee', known, row.fee),
  ];
}

function differing(
  field: string,
  ours: bigint | undefined,
  theirs: bigint | undefined,
): readonly AmountDifference[] {
  if (ours === undefined || theirs === undefined || ours === theirs) return [];
  const by = ours > theirs ? ours - theirs : theirs - ours;
  return [{ by, difference: { field, ours: whole(ours), theirs: whole(theirs) } }];
}
