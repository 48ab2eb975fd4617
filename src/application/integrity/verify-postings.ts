import { foldChain } from '../../domain/kernel/audit-chain.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { LedgerEntry, LedgerEntryType } from '../../domain/ledger/ledger.ts';
import type { Transfer } from '../../domain/ledger/transfer.ts';
import type { TransactionRecord } from '../../domain/payments/transaction-record.ts';
import type { Dated } from './verify-marks.ts';

/** A ledger entry that must exist. `cause` is the id of the transaction, whose payment is named too, or of the transfer. */
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
    if (isSaid && !isFeeKnown && BigInt(fee) !== 0n) postings.push(posting('fee', fee));
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

/** What a transfer must have put into one side's ledger. */
export const postingsOfTransfer = (merchantId: MerchantId, transfer: Transfer): readonly Posting[] => [
  {
    cause: transfer.id,
    type: transfer.merchantId === merchantId ? 'transfer_out' : 'transfer_in',
    minorUnits: transfer.amount.minorUnits,
    currency: transfer.amount.currency,
    at: transfer.createdAt,
  },
];

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
  'transferId' in entry ? `${entry.transferId} ` : `${entry.transactionId} ${entry.paymentId}`;

const SIDES = {
  capture: 'processor available',
  fee: 'available fees',
  refund_hold: 'available pending',
  refund: 'pending processor',
  refund_release: 'pending available',
  transfer_out: 'available transfers',
  transfer_in: 'transfers available',
} as const satisfies Record<LedgerEntryType, string>;
