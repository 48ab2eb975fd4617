import type { Transaction } from '../payments/transaction.ts';
import type { TransactionName } from './file-row.ts';

/**
 * The transaction that a row names among those of its payment. Of several captures or refunds none is guessed, but for those that
 * failed: no money of theirs is in a file.
 */
export function namedTransaction(
  { paymentId, transactionId, processorReference: reference }: TransactionName,
  type: 'capture' | 'refund',
  ofPayment: readonly Transaction[],
): Transaction | undefined {
  if (transactionId !== undefined) return ofPayment.find(({ id }) => id === transactionId);
  const ofType = ofPayment.filter((each) => each.type === type);
  if (reference !== undefined && reference !== paymentId) {
    const named = ofPayment.filter((each) => each.id === reference || processorIdOf(each) === reference);
    const found = named.find((each) => each.type === type);
    if (found !== undefined) return found;
    // Processors go on to name a capture by the authorization that it is of.
    if (!named.some((each) => each.type === 'authorization')) return undefined;
  }
  return onlyOf(ofType.filter(({ status }) => status !== 'failed')) ?? onlyOf(ofType);
}

const processorIdOf = (transaction: Transaction): string | undefined =>
  transaction.status === 'pending' ? undefined : transaction.processorId;

const onlyOf = <Value>(values: readonly Value[]): Value | undefined =>
  values.length === 1 ? values[0] : undefined;
