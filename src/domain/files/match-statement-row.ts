import { ok } from 'neverthrow';
import type { Money } from '../kernel/money.ts';
import type { Transaction } from '../payments/transaction.ts';
import type { ChargebackRow, StatementRow } from './file-row.ts';
import {
  type Books,
  differing,
  type FieldDifference,
  type MatchedRow,
  type Outcome,
  ROW_TYPE_OF,
  type Tolerance,
  transactionNamed,
} from './match-row.ts';
import { keyOfRow, type StatementLine, statementKey } from './statement-line.ts';

/**
 * What becomes of a row that stands for itself. The same type and reference again is a duplicate, whatever else it says. A fee, an
 * adjustment and a payout are as the processor says. A chargeback must be of money that was captured, and of no more of it; a
 * reversal of a chargeback that is on record, and of no more than that.
 */
export function matchStatementRow(row: StatementRow, books: Books, tolerance: Tolerance): MatchedRow {
  const as = (outcome: Outcome, differences: readonly FieldDifference[] = []): MatchedRow => ({
    outcome,
    row: ok(row),
    differences,
  });
  if (books.statementLine(keyOfRow(row)) !== undefined) return as('duplicate');
  if (row.type !== 'chargeback' && row.type !== 'chargeback_reversal') return as('matched');
  const transaction = transactionNamed(row, 'capture', books);
  if (transaction === undefined) return as('missing_here');
  const { facts, most } = held(row, transaction, books);
  const over = most === undefined ? [] : overAmount(row, most);
  const isWithin = over.every(({ by }) => by <= tolerance(row.currency));
  const differences = [...facts, ...over.map(({ difference }) => difference)];
  if (facts.length > 0 || !isWithin) return { ...as('mismatched', differences), transaction };
  return { ...as(over.length === 0 ? 'matched' : 'matched_within_tolerance', differences), transaction };
}

/** Where the row says other than we know, and the most that it can be of. */
type Held = Readonly<{ facts: readonly FieldDifference[]; most: Money | undefined }>;

const held = (row: ChargebackRow, transaction: Transaction, books: Books): Held =>
  row.type === 'chargeback'
    ? { facts: factsOfCapture(row, transaction), most: transaction.amount }
    : reversed(row, transaction, books.statementLine(statementKey('chargeback', row.reference)));

function factsOfCapture(
  row: ChargebackRow,
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
    return { facts: [{ field: 'reference', ours: null, theirs: row.reference }], most: undefined };
  const of = chargeback.transaction?.id ?? null;
  return {
    facts: [
      ...(of === id ? [] : [{ field: 'transaction_id', ours: of, theirs: id }]),
      ...currencyDiffers(row, chargeback.amount),
    ],
    most: chargeback.amount,
  };
}

const currencyDiffers = (row: ChargebackRow, { currency }: Money): readonly FieldDifference[] =>
  row.currency === currency ? [] : [{ field: 'currency', ours: currency, theirs: row.currency }];

/** Less than all may be charged back. */
const overAmount = ({ amount }: ChargebackRow, { minorUnits }: Money) =>
  amount > minorUnits ? differing('amount', minorUnits, amount) : [];
