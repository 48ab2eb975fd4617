import { type CurrencyCode } from '../kernel/currency.ts';
import { whole } from '../kernel/json.ts';
import { type Money, money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { SucceededTransaction, Transaction } from '../payments/transaction.ts';
import type { ExceptionOrder, RowFacts } from './exception.ts';
import { type FileRow, isStatementRow } from './file-row.ts';
import type { MatchedRow } from './match-row.ts';
import { type ClosedSettlement, payoutDifference } from './settlement.ts';
import type { StatementLine } from './statement-line.ts';

/** What an exception is about, before it has a name and a place. */
export type ExceptionFacts = Pick<
  ExceptionOrder,
  | 'type'
  | 'amount'
  | 'difference'
  | 'fields'
  | 'rejection'
  | 'row'
  | 'rowKey'
  | 'lineReference'
  | 'amountIs'
  | 'paymentId'
  | 'transactionId'
  | 'line'
>;

/**
 * What a row is an exception for; undefined for one that matched, and for a duplicate that says what the row before it did:
 * files overlap, and its money is in no settlement twice.
 */
export function exceptionOfRow(matched: MatchedRow): ExceptionFacts | undefined {
  const { outcome, row, differences, transaction, rowKey } = matched;
  if (outcome === 'matched' || outcome === 'matched_within_tolerance') return undefined;
  if (row.isErr()) {
    const { line, reason, column } = row.error;
    return { type: 'rejected', fields: [], rejection: { reason, ...present({ column }) }, line };
  }
  const said = row.value;
  if (outcome === 'duplicate' && differences.length === 0) return undefined;
  const currency = said.currency ?? transaction?.amount.currency;
  const difference = differenceOf(matched, said);
  return {
    type: outcome,
    fields: differences,
    row: factsOf(said),
    line: said.line,
    ...(currency === undefined ? {} : moneyAbout(said, transaction, difference, currency)),
    ...present({
      rowKey,
      lineReference: lineReferenceOf(matched, said),
      amountIs: isStatementRow(said) ? undefined : said.amountIs,
      paymentId: transaction?.paymentId ?? ('paymentId' in said ? said.paymentId : undefined),
      transactionId: transaction?.id ?? ('transactionId' in said ? said.transactionId : undefined),
    }),
  };
}

const lineReferenceOf = ({ outcome, announced }: MatchedRow, row: FileRow): string | undefined =>
  outcome === 'duplicate' || announced !== undefined || !isStatementRow(row) ? undefined : row.reference;

/** A transaction that no file has named in time: nothing of it was paid. */
export const exceptionOfMissing = (transaction: SucceededTransaction): ExceptionFacts => ({
  type: 'missing_there',
  amount: transaction.amount,
  difference: -paidFor(transaction.type, transaction.amount.minorUnits, transaction.fee ?? 0n),
  fields: [],
  paymentId: transaction.paymentId,
  transactionId: transaction.id,
});

/**
 * What the bank was sent beyond what the settlement comes to, or less; undefined where the two agree and where no payout is in the
 * file. What was tolerated row by row is no difference, and what rows claim that did not match is that of their own exceptions. Of
 * a file that failed it is not known what the rest of its rows would have added.
 */
export function exceptionOfPayout(settlement: ClosedSettlement): ExceptionFacts | undefined {
  const differs = payoutDifference(settlement);
  if (differs === undefined || settlement.fault !== undefined) return undefined;
  const difference = differs - settlement.tolerated - settlement.unmatched;
  if (difference === 0n) return undefined;
  const { payout, currency } = settlement;
  const theirs = payout?.amount ?? 0n;
  return {
    type: 'payout_difference',
    amount: money(difference < 0n ? -difference : difference, currency),
    difference,
    fields: [{ field: 'payout_amount', ours: whole(theirs - difference), theirs: whole(theirs) }],
  };
}

/** What is in question: how far the two sides are apart, or all of it where they differ in other things. */
function moneyAbout(
  row: FileRow,
  transaction: Transaction | undefined,
  difference: bigint | undefined,
  currency: CurrencyCode,
): Readonly<{ amount?: Money; difference?: bigint }> {
  const whole = row.amount ?? transaction?.amount.minorUnits;
  const units = difference === undefined || difference === 0n ? whole : difference;
  return present({
    amount: units === undefined ? undefined : money(units < 0n ? -units : units, currency),
    difference,
  });
}

/**
 * By how much more than our books say the processor pays for the row, fee included; undefined where that cannot be said: it names no
 * amount, another currency than ours, or a transaction whose outcome is not known yet. A row that stands for itself is all of it a
 * difference, whatever became of the transaction, but for what was announced of it: that is in the books.
 */
function differenceOf(
  { transaction, uncaptured = 0n, announced }: MatchedRow,
  row: FileRow,
): bigint | undefined {
  if (announced !== undefined && announced.amount.currency !== row.currency) return undefined;
  if (transaction === undefined || isStatementRow(row))
    return row.amount === undefined
      ? undefined
      : theirsOf(row, row.type ?? 'payment', row.amount, announced?.fee ?? 0n) - postedFor(announced);
  const { type, status, amount } = transaction;
  if (status === 'pending' || (row.currency !== undefined && row.currency !== amount.currency))
    return undefined;
  const ours = transaction.fee ?? row.fee ?? 0n;
  const theirs = theirsOf(
    row,
    row.type ?? (type === 'refund' ? type : 'payment'),
    (row.amount ?? amount.minorUnits + uncaptured) - uncaptured,
    ours,
  );
  const isTakenBack = status === 'settled' && row.status === 'failed';
  // What was settled has been paid already, and what failed has not to be.
  return status === 'succeeded' || isTakenBack ? theirs - paidFor(type, amount.minorUnits, ours) : theirs;
}

const postedFor = (line: StatementLine | undefined): bigint =>
  line === undefined ? 0n : paidFor(line.type, line.amount.minorUnits, line.fee ?? 0n);

const theirsOf = (row: FileRow, type: string, amount: bigint, fee: bigint): bigint =>
  !isStatementRow(row) && row.status === 'failed' ? 0n : paidFor(type, amount, row.fee ?? fee);

/** What the merchant is paid for a row or a transaction of a type: negative where it pays. */
function paidFor(type: string, amount: bigint, fee: bigint): bigint {
  switch (type) {
    case 'refund':
    case 'chargeback':
    case 'uncaptured':
      return -amount - fee;
    case 'fee':
    case 'payout':
      return -amount;
    case 'adjustment':
      return amount;
    // Neither moves money; what they cost, they cost.
    case 'authorization':
    case 'void':
      return -fee;
    default:
      return amount - fee;
  }
}

const factsOf = (row: FileRow): RowFacts =>
  present({
    type: row.type,
    status: isStatementRow(row) ? undefined : row.status,
    amount: row.amount,
    fee: row.fee,
    currency: row.currency,
    settledOn: row.settledOn,
  });
