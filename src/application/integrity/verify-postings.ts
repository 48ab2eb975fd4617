import type { Aggregate } from '../../domain/aggregates/aggregate.ts';
import type { Exception } from '../../domain/files/exception.ts';
import type { StatementLine } from '../../domain/files/statement-line.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import { foldChain } from '../../domain/kernel/audit-chain.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { causeIdOf, type LedgerEntry, type LedgerEntryType } from '../../domain/ledger/ledger.ts';
import type { Transfer } from '../../domain/ledger/transfer.ts';
import type { TransactionRecord } from '../../domain/payments/transaction-record.ts';
import type { Dated } from './verify-marks.ts';

/** A ledger entry that must exist. `cause` is the id of the transaction, whose payment is named too, or of the aggregate. */
export type Posting = Readonly<{
  cause: string;
  payment?: string;
  type: LedgerEntryType;
  minorUnits: bigint;
  currency: string;
  at: Instant;
}>;

/**
 * What a transaction must have put into the ledger, by its chain, first link first: each state at its own moment. This
 * says a second time, and apart from what writes entries, which those are, so that a mistake there is found here.
 */
function postingsOf(chain: readonly AuditEntry[]): readonly Posting[] {
  let isFeeKnown = false;
  return chain.flatMap((link, index) => {
    const record = foldChain(chain.slice(0, index + 1)) as Partial<TransactionRecord>;
    const { id: cause = '', payment_id: payment = '', type, status } = record;
    const { amount = 0, fee_amount: fee = 0, currency = '' } = record;
    const posting = (of: LedgerEntryType, units: number | bigint): Posting => ({
      cause,
      payment,
      type: of,
      minorUnits: BigInt(units),
      currency,
      at: link.timestamp,
    });
    const postings: Posting[] = [];
    if (type === 'capture' && status === 'succeeded') postings.push(posting('capture', amount));
    if (type === 'refund') {
      if (status === 'pending') postings.push(posting('refund_hold', amount));
      if (status === 'succeeded') postings.push(posting('refund', amount));
      if (status === 'failed') postings.push(posting('refund_release', amount));
    }
    // A fee is posted once: with the verdict that names it, or with the file that does so first.
    const isSaid = (status === 'succeeded' || status === 'settled') && record.fee_amount !== undefined;
    if (isSaid && !isFeeKnown && BigInt(fee) > 0n) postings.push(posting('fee', fee));
    if (isSaid && !isFeeKnown && BigInt(fee) < 0n) postings.push(posting('fee_refund', -BigInt(fee)));
    isFeeKnown ||= record.fee_amount !== undefined;
    return postings;
  });
}

/** What the ledger must hold for a payment, as the links of its transactions say. */
export const postingsOfPayment = (links: readonly AuditEntry[]): readonly Posting[] =>
  [
    ...Map.groupBy(
      links.filter(({ entityType }) => entityType === 'transaction'),
      ({ entityId }) => entityId,
    ).values(),
  ].flatMap(postingsOf);

/** The kinds of aggregate that put something into the ledger. */
export const POSTING_KINDS = [
  'transfer',
  'statement_line',
  'exception',
] as const satisfies readonly AggregateKind[];

/** What an aggregate must have put into the ledger of a merchant; nothing, of most. */
export function postingsOfAggregate(merchantId: MerchantId, aggregate: Aggregate): readonly Posting[] {
  if (aggregate.kind === 'transfer') return [postingOfTransfer(merchantId, aggregate)];
  if (aggregate.kind === 'statement_line') return postingsOfLine(aggregate);
  return aggregate.kind === 'exception' ? postingsOfException(aggregate) : [];
}

const postingOfTransfer = (merchantId: MerchantId, transfer: Transfer): Posting => ({
  cause: transfer.id,
  type: transfer.merchantId === merchantId ? 'transfer_out' : 'transfer_in',
  minorUnits: transfer.amount.minorUnits,
  currency: transfer.amount.currency,
  at: transfer.createdAt,
});

/** The difference of one that was resolved by accepting it. */
function postingsOfException(exception: Exception): readonly Posting[] {
  const { id, amount, difference = 0n } = exception;
  if (exception.status !== 'resolved' || amount === undefined || difference === 0n) return [];
  const { resolution } = exception;
  if (!('action' in resolution) || resolution.action.kind !== 'accept_difference') return [];
  return [
    {
      cause: id,
      type: difference > 0n ? 'difference_over' : 'difference_short',
      minorUnits: difference > 0n ? difference : -difference,
      currency: amount.currency,
      at: resolution.at,
    },
  ];
}

/** Of one that was accepted as a difference, the exception has posted it. */
function postingsOfLine(line: StatementLine): readonly Posting[] {
  if (line.exceptionId !== undefined) return [];
  const { id, type, amount, fee = 0n, createdAt } = line;
  const { minorUnits, currency } = amount;
  const posting = (of: LedgerEntryType, units: bigint): Posting => ({
    cause: id,
    type: of,
    minorUnits: units < 0n ? -units : units,
    currency,
    at: createdAt,
  });
  const feeType = (units: bigint) => (units > 0n ? 'fee' : 'fee_refund');
  const signed: Record<StatementLine['type'], LedgerEntryType | undefined> = {
    uncaptured: undefined,
    chargeback: 'chargeback',
    chargeback_reversal: 'chargeback_reversal',
    fee: feeType(minorUnits),
    adjustment: minorUnits > 0n ? 'adjustment_credit' : 'adjustment_debit',
    payout: minorUnits > 0n ? 'payout' : 'payout_reversal',
  };
  const moves = signed[type];
  return [
    ...(minorUnits === 0n || moves === undefined ? [] : [posting(moves, minorUnits)]),
    ...(fee === 0n ? [] : [posting(feeType(fee), fee)]),
  ];
}

/** One text for one posting and the entry that stands for it. */
export const postingText = ({ cause, payment = '', type, minorUnits, currency, at }: Posting): string =>
  `${cause} ${payment} ${type} ${SIDES[type]} ${minorUnits} ${currency} ${at}`;

export const datedPosting = (posting: Posting): Dated => ({ text: postingText(posting), at: posting.at });

export const entryText = (entry: LedgerEntry): string => {
  const { type, debit, credit, amount, createdAt } = entry;
  return `${causeOf(entry)} ${type} ${debit} ${credit} ${amount.minorUnits} ${amount.currency} ${createdAt}`;
};

export const datedEntry = (entry: LedgerEntry): Dated => ({ text: entryText(entry), at: entry.createdAt });

const causeOf = (entry: LedgerEntry): string =>
  'paymentId' in entry ? `${entry.transactionId} ${entry.paymentId}` : `${causeIdOf(entry)} `;

const SIDES = {
  capture: 'processor available',
  fee: 'available fees',
  fee_refund: 'fees available',
  refund_hold: 'available pending',
  refund: 'pending processor',
  refund_release: 'pending available',
  transfer_out: 'available transfers',
  transfer_in: 'transfers available',
  chargeback: 'available processor',
  chargeback_reversal: 'processor available',
  adjustment_credit: 'processor available',
  adjustment_debit: 'available processor',
  payout: 'bank processor',
  payout_reversal: 'processor bank',
  difference_short: 'differences processor',
  difference_over: 'processor differences',
} as const satisfies Record<LedgerEntryType, string>;
