import type { CurrencyCode } from '../kernel/currency.ts';
import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import { revised } from '../kernel/revision.ts';
import type { Transaction } from '../payments/transaction.ts';
import {
  type Exception,
  endsWhenSettled,
  type OpenException,
  type ProposedException,
  withoutProposal,
} from './exception.ts';
import { type ExceptionFacts, exceptionOfRow } from './exception-facts.ts';
import type { TransactionRow } from './file-row.ts';
import { matchTransactionRow, type Tolerance } from './match-row.ts';
import { paidAfterAll } from './repeated-row.ts';

/** How a transaction stands that something else has settled than the row in question. */
export type SettledBeside = Readonly<{
  transaction: Transaction;
  /** All transactions of its payment. */
  ofPayment: readonly Transaction[];
  /** A person took it that nothing was paid for it. */
  isAcceptedAbsence: boolean;
  tolerance: Tolerance;
}>;

/**
 * What a row that did not match is an exception for once its transaction was settled by something else: what it would be had it come after
 * that. Undefined where it pays nothing, or says what was settled: then nothing is left to decide.
 */
export function leftBesideSettled(
  exception: Exception,
  { transaction, ofPayment, isAcceptedAbsence, tolerance }: SettledBeside,
): ExceptionFacts | undefined {
  const row = transactionRowOf(exception, transaction);
  if (row === undefined) return undefined;
  const books = {
    transactionsOf: () => ofPayment,
    statementLine: () => undefined,
    chargebacksOf: () => undefined,
  };
  const matched = matchTransactionRow(row, books, tolerance, exception.updatedAt);
  return exceptionOfRow(paidAfterAll(matched, () => isAcceptedAbsence));
}

/**
 * open | proposed → open, as a duplicate: its transaction was settled by something else, and what this row pays is paid beside that. A resolution
 * that waits was proposed of another difference, and is withdrawn.
 */
export function paidBeside(
  exception: OpenException | ProposedException,
  { fields, amount, difference }: Pick<Exception, 'fields' | 'amount' | 'difference'>,
  now: Instant,
): OpenException {
  const standing = exception.status === 'proposed' ? withoutProposal(exception) : exception;
  const { amount: _amount, difference: _difference, expectedUntil: _until, ...rest } = revised(standing, now);
  return { ...rest, type: 'duplicate', fields, ...present({ amount, difference }) };
}

/** The row of an exception that ends with its transaction, where it pays anything. */
function transactionRowOf(
  exception: Exception,
  { id: transactionId, paymentId }: Transaction,
): TransactionRow | undefined {
  const { row, line = 0, amountIs } = exception;
  if (!endsWhenSettled(exception) || row?.status !== 'settled') return undefined;
  const { type, amount, fee, currency, settledOn = '' } = row;
  return {
    line,
    settledOn,
    status: row.status,
    paymentId,
    transactionId,
    ...present({
      type: type as TransactionRow['type'],
      amount,
      amountIs,
      fee,
      currency: currency as CurrencyCode | undefined,
    }),
  };
}
