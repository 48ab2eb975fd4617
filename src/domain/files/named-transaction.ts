import type { Transaction } from '../payments/transaction.ts';
import type { TransactionName } from './file-row.ts';

/** The transaction that a row names among those of its payment. Of several captures or refunds that it may be of none is guessed. */
export const namedTransaction = (
  name: TransactionName,
  type: 'capture' | 'refund',
  ofPayment: readonly Transaction[],
): Transaction | undefined => onlyOf(transactionsNamed(name, type, ofPayment));

/**
 * The transactions that a row may be of, among those of its payment: one where it names that, or the payment has no other. Those that
 * failed are left out where others did not: no money of theirs is in a file. A processor's reference that could be that of a transaction
 * and is none of ours names none; one of another kind of object leaves it to the payment.
 */
export function transactionsNamed(
  { paymentId, transactionId, processorReference: reference }: TransactionName,
  type: 'capture' | 'refund',
  ofPayment: readonly Transaction[],
): readonly Transaction[] {
  if (transactionId !== undefined) return ofPayment.filter(({ id }) => id === transactionId);
  const ofType = ofPayment.filter((each) => each.type === type);
  if (reference !== undefined && reference !== paymentId) {
    const named = ofPayment.filter((each) => each.id === reference || processorIdOf(each) === reference);
    const found = named.find((each) => each.type === type);
    if (found !== undefined) return [found];
    // Processors go on to name a capture by the authorization that it is of.
    const isOfAuthorization = named.some((each) => each.type === 'authorization');
    if (!isOfAuthorization && isOfKnownKind(reference, type, ofPayment)) return [];
  }
  const standing = ofType.filter(({ status }) => status !== 'failed');
  return standing.length > 0 ? standing : ofType;
}

/**
 * Whether a reference that none of ours has could be of an object of theirs: then it is another one. Of a kind that none of ours is of,
 * such as a charge beside intents, it says no more than the payment's name does. What is pending may yet get any reference.
 */
const isOfKnownKind = (
  reference: string,
  type: Transaction['type'],
  ofPayment: readonly Transaction[],
): boolean =>
  ofPayment.some((each) => each.type === type && each.status === 'pending') ||
  ofPayment
    .flatMap((each) => [each.paymentId, each.id, processorIdOf(each)])
    .some((ours) => ours !== undefined && kindOf(ours) === kindOf(reference));

/** Prefixes of references that are of one kind of object: Stripe's charges and refunds, by which method they were paid. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['py', 'ch'],
  ['pyr', 're'],
]);

/** By its prefix, as in `pi_3Nx`; references without one are all of one kind. */
const kindOf = (reference: string): string => {
  const [prefix = ''] = /^[a-z]+(?=_)/.exec(reference) ?? [];
  return ALIASES.get(prefix) ?? prefix;
};

const processorIdOf = (transaction: Transaction): string | undefined =>
  transaction.status === 'pending' ? undefined : transaction.processorId;

const onlyOf = <Value>(values: readonly Value[]): Value | undefined =>
  values.length === 1 ? values[0] : undefined;
