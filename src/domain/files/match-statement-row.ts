import { ok } from 'neverthrow';
import type { Money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { Transaction } from '../payments/transaction.ts';
import type { ChargebackRow, StatementRow, UncapturedRow } from './file-row.ts';
import {
  type Books,
  capturesDisputed,
  differing,
  type FieldDifference,
  type MatchedRow,
  type Outcome,
  ROW_TYPE_OF,
  type Tolerance,
  transactionNamed,
} from './match-row.ts';
import { isAnnounced, keyOfRow, type StatementLine, statementKey } from './statement-line.ts';
import { uncapturedOf } from './uncaptured.ts';

/**
 * What becomes of a row that stands for itself. The same type and reference again is a duplicate, with what else it says. A fee, an
 * adjustment and a payout are as the processor says. A chargeback must be of money that was captured, and with those before it, less
 * what was reversed of them, of no more of it; one that names none of several captures is of all of them, and its line the oldest's. A
 * reversal must be of a chargeback that is on record, and of no more than that. What was not captured is exactly what was authorized
 * beyond the capture. A line that was announced is held against what was said then, to the unit: that is posted.
 */
export function matchStatementRow(row: StatementRow, books: Books, tolerance: Tolerance): MatchedRow {
  const as = (outcome: Outcome, differences: readonly FieldDifference[] = []): MatchedRow => ({
    outcome,
    row: ok(row),
    differences,
  });
  const earlier = books.statementLine(keyOfRow(row));
  if (earlier !== undefined && !isAnnounced(earlier)) return as('duplicate', differencesFrom(earlier, row));
  if (earlier !== undefined) return ofAnnounced(row, earlier, books);
  if (!isOfTransaction(row)) return as('matched');
  const captures = capturesOf(row, books);
  const [transaction] = captures;
  if (transaction === undefined) return as('missing_here');
  const { facts, bounds } = held(row, transaction, captures, books);
  const amounts = bounds === undefined ? [] : outside(row, bounds);
  const isWithin = amounts.every(({ by }) => by <= tolerance(row.currency));
  const differences = [...facts, ...amounts.map(({ difference }) => difference)];
  if (facts.length > 0 || !isWithin) return { ...as('mismatched', differences), transaction };
  return { ...as(amounts.length === 0 ? 'matched' : 'matched_within_tolerance', differences), transaction };
}

function ofAnnounced(row: StatementRow, announced: StatementLine, books: Books): MatchedRow {
  const { transaction: of } = announced;
  const transaction =
    of === undefined ? undefined : books.transactionsOf(of.paymentId).find(({ id }) => id === of.id);
  const differences = differencesFrom(announced, row);
  const outcome = differences.length === 0 ? 'matched' : 'mismatched';
  return { outcome, row: ok(row), differences, announced, ...present({ transaction }) };
}

/** Where a row says other than the line that is on record under its name. */
const differencesFrom = (
  { amount, fee = 0n }: StatementLine,
  row: StatementRow,
): readonly FieldDifference[] => [
  ...(row.currency === amount.currency
    ? []
    : [{ field: 'currency', ours: amount.currency, theirs: row.currency }]),
  ...differing('amount', amount.minorUnits, row.amount).map(({ difference }) => difference),
  ...differing('fee', fee, row.fee).map(({ difference }) => difference),
];

type OfTransaction = ChargebackRow | UncapturedRow;

const isOfTransaction = (row: StatementRow): row is OfTransaction =>
  row.type === 'chargeback' || row.type === 'chargeback_reversal' || row.type === 'uncaptured';

/** What the row's amount may be, in its own currency. */
type Bounds = Readonly<{ least: bigint; most: bigint }>;

/** Where the row says other than we know, and what its amount may be where that can be said. */
type Held = Readonly<{ facts: readonly FieldDifference[]; bounds: Bounds | undefined }>;

/** The capture that the row's line is of comes first: of a reversal that of its chargeback, where the row may be of that. */
function capturesOf(row: OfTransaction, books: Books): readonly Transaction[] {
  if (row.type === 'uncaptured') {
    const named = transactionNamed(row, 'capture', books);
    return named === undefined ? [] : [named];
  }
  const captures = capturesDisputed(row, books);
  if (row.type === 'chargeback') return captures;
  const of = books.statementLine(statementKey('chargeback', row.reference))?.transaction?.id;
  const own = captures.find(({ id }) => id === of);
  return own === undefined ? captures : [own];
}

function held(
  row: OfTransaction,
  transaction: Transaction,
  captures: readonly Transaction[],
  books: Books,
): Held {
  switch (row.type) {
    case 'chargeback':
      return { facts: factsOfCapture(row, transaction), bounds: upTo(leftOf(captures, books)) };
    case 'chargeback_reversal':
      return reversed(row, transaction, books.statementLine(statementKey('chargeback', row.reference)));
    case 'uncaptured': {
      const amount = uncapturedOf(transaction, books.transactionsOf(transaction.paymentId));
      return { facts: factsOfCapture(row, transaction), bounds: { least: amount, most: amount } };
    }
  }
}

const upTo = (most: bigint): Bounds => ({ least: 0n, most });

/** What of captures is not charged back. */
const leftOf = (captures: readonly Transaction[], { chargebacksOf }: Books): bigint => {
  const left = captures.reduce(
    (sum, { id, amount }) => sum + amount.minorUnits - (chargebacksOf(id)?.amount ?? 0n),
    0n,
  );
  return left > 0n ? left : 0n;
};

function factsOfCapture(
  row: OfTransaction,
  { type, status, amount }: Transaction,
): readonly FieldDifference[] {
  const isCaptured = status === 'succeeded' || status === 'settled';
  return [
    ...(type === 'capture' ? [] : [{ field: 'type', ours: ROW_TYPE_OF[type], theirs: row.type }]),
    ...(isCaptured ? [] : [{ field: 'status', ours: status, theirs: 'settled' }]),
    ...currencyDiffers(row, amount),
  ];
}

function reversed(row: ChargebackRow, { id }: Transaction, chargeback: StatementLine | undefined): Held {
  if (chargeback === undefined)
    return { facts: [{ field: 'reference', ours: null, theirs: row.reference }], bounds: undefined };
  const of = chargeback.transaction?.id ?? null;
  return {
    facts: [
      ...(of === id ? [] : [{ field: 'transaction_id', ours: of, theirs: id }]),
      ...currencyDiffers(row, chargeback.amount),
    ],
    bounds: upTo(chargeback.amount.minorUnits),
  };
}

const currencyDiffers = (row: OfTransaction, { currency }: Money): readonly FieldDifference[] =>
  row.currency === currency ? [] : [{ field: 'currency', ours: currency, theirs: row.currency }];

const outside = ({ amount }: OfTransaction, { least, most }: Bounds) => {
  if (amount > most) return differing('amount', most, amount);
  return amount < least ? differing('amount', least, amount) : [];
};
