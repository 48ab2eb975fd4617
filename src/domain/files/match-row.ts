import type { Result } from 'neverthrow';
import type { Instant } from '../kernel/instant.ts';
import { type Json, whole } from '../kernel/json.ts';
import { settle, type Transaction } from '../payments/transaction.ts';
import type { FileRow, RowRejected } from './file-row.ts';

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
  /** The row settles the transaction: how it was, and how it is from now on. */
  settled?: Readonly<{ before: Transaction; next: Transaction }>;
}>;

/** How far amounts and fees may differ from ours, in minor units of each currency; 0 where none is named. */
export type Tolerance = (currency: string) => bigint;

/**
 * Holds one row against the transaction that it names; undefined when the merchant has none of these ids. A row that says
 * what we know settles it. A transaction that is settled already is not settled again, whatever the row says.
 */
export function matchRow(
  read: Result<FileRow, RowRejected>,
  find: (row: FileRow) => Transaction | undefined,
  tolerance: Tolerance,
  now: Instant,
): MatchedRow {
  if (read.isErr()) return { outcome: 'rejected', row: read, differences: [] };
  const row = read.value;
  const transaction = find(row);
  const as = (outcome: Outcome, differences: readonly FieldDifference[] = []): MatchedRow => ({
    outcome,
    row: read,
    differences,
  });
  if (transaction === undefined) return as('missing_here');
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

/** The row's word for a transaction of ours; of an authorization or a void no file says anything. */
const TYPES = {
  capture: 'payment',
  refund: 'refund',
  authorization: 'authorization',
  void: 'void',
} as const satisfies Record<Transaction['type'], string>;

function differencesOfFacts(row: FileRow, { type, status, amount }: Transaction): readonly FieldDifference[] {
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
function differencesOfAmounts(row: FileRow, transaction: Transaction): readonly AmountDifference[] {
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
