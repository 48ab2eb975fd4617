import { zero } from '../kernel/money.ts';
import type { Transaction } from '../payments/transaction.ts';
import type { TransactionRow } from './file-row.ts';

/** What was authorized beyond a capture that is the only one of its payment, in minor units; 0 where nothing was. */
export function uncapturedOf({ id, type, amount }: Transaction, ofPayment: readonly Transaction[]): bigint {
  if (type !== 'capture') return 0n;
  const all = ofPayment.filter(({ status }) => status !== 'failed');
  const authorized = all.find((each) => each.type === 'authorization')?.amount ?? zero(amount.currency);
  const isOnly = all.every((each) => each.type !== 'capture' || each.id === id);
  const beyond = authorized.minorUnits - amount.minorUnits;
  return isOnly && beyond > 0n ? beyond : 0n;
}

/** The same where a row, of a source that says so, is of exactly what was authorized; 0 for every other row. */
export function uncapturedIn(
  row: TransactionRow,
  transaction: Transaction,
  ofPayment: readonly Transaction[],
): bigint {
  if (row.amountIs !== 'authorized' || row.amount === undefined) return 0n;
  const uncaptured = uncapturedOf(transaction, ofPayment);
  return row.amount - uncaptured === transaction.amount.minorUnits ? uncaptured : 0n;
}
