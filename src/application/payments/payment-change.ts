import type { Origin } from '../../domain/kernel/actor.ts';
import { linkOfChange } from '../../domain/kernel/audit-chain.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { Claim } from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  feePosting,
  type LedgerEntry,
  type LedgerEntryType,
  ledgerEntry,
} from '../../domain/ledger/ledger.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import {
  attentionEvent,
  expiryEvent,
  paymentEvent,
  refundEvent,
} from '../../domain/payments/payment-events.ts';
import { auditedPaymentRecord } from '../../domain/payments/payment-record.ts';
import { talliesOf } from '../../domain/payments/tally.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import { feeOf } from '../../domain/payments/transaction.ts';
import { transactionDifference, transactionRecord } from '../../domain/payments/transaction-record.ts';
import type { Change, Guarded, Spending } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import { auditLink } from '../kernel/audit-link.ts';

/** A transaction of a move; `before` is absent when the move creates it. */
export type TransactionMove = Readonly<{ before?: Transaction; next: Transaction }>;

/** A move of a payment, decided but not yet written. */
export type PaymentMove<Next extends Payment = Payment> = Readonly<{
  at: Instant;
  origin: Origin;
  /** Absent where the request's own is added to the change. */
  claim?: Guarded<Claim>;
  /** Absent when the move creates the payment. */
  before?: Payment;
  next: Next;
  transactions: readonly TransactionMove[];
  /** What happened, where the states before and after do not say it, such as `payment.resolved`. */
  action?: string;
  /** When the move spends from the merchant's balance and must not find it changed. */
  spending?: Spending;
}>;

type Ports = Readonly<{ ids: Ids; digests: Digests }>;

/**
 * The whole commit for a move: the payment and its transactions with their links of the audit chain, what the ledger and
 * the summaries gain by it, the events and the claim. Also gives the payment and the transactions as they will be stored,
 * chain heads included, so that no read has to follow.
 */
export function paymentChange<Next extends Payment>(
  ports: Ports,
  move: PaymentMove<Next>,
): Readonly<{ change: Change; payment: Next; transactions: readonly Transaction[] }> {
  const { at, origin, claim, before, next } = move;
  const audited = (payment: Payment) => auditedPaymentRecord(payment, ports.digests.sha256);
  const paymentLink = auditLink(ports, {
    at,
    origin,
    merchantId: next.merchantId,
    entity: { entityType: 'payment', entityId: next.id, sequence: next.version, action: actionOf(move) },
    change: linkOfChange(before && { record: audited(before), auditHash: before.auditHash }, audited(next)),
  });
  const payment = { ...next, auditHash: paymentLink.hash };
  const transactions = move.transactions.map((each) => auditedTransaction(ports, move, each));
  const moved = transactions.map(({ stored }) => stored);
  const events = [
    paymentEvent(before, payment, ports.ids.event(at)),
    expiryEvent(payment, moved, ports.ids.event(at)),
    attentionEvent(before, payment, ports.ids.event(at)),
    ...moved.map((each) => refundEvent(each, ports.ids.event(at))),
  ];
  return {
    payment,
    transactions: moved,
    change: {
      id: claim?.next.changeId ?? ports.ids.change(at),
      at,
      ...present({ claim }),
      payment: { expected: before?.version ?? 0, next: payment },
      transactions: transactions.map(({ expected, stored }) => ({ expected, next: stored })),
      aggregates: [],
      ...present({ spending: move.spending }),
      entries: move.transactions.flatMap(({ next: transaction }) => entriesOf(ports, transaction, at)),
      tallies: talliesOf(before, next),
      audit: [paymentLink, ...transactions.map(({ entry }) => entry)],
      events: events.filter((event) => event !== undefined),
    },
  };
}

/** A transaction with its link of the audit chain, ready to be part of a change. */
export type AuditedTransaction = Readonly<{ entry: AuditEntry; expected: number; stored: Transaction }>;

export function auditedTransaction(
  ports: Ports,
  { at, origin }: Pick<PaymentMove, 'at' | 'origin'>,
  { before, next }: TransactionMove,
): AuditedTransaction {
  const entry = auditLink(ports, {
    at,
    origin,
    merchantId: next.merchantId,
    entity: {
      entityType: 'transaction',
      entityId: next.id,
      sequence: next.version,
      action: `transaction.${next.status}`,
    },
    change:
      before === undefined
        ? linkOfChange(undefined, transactionRecord(next))
        : { ...transactionDifference(before, next), previousHash: before.auditHash },
  });
  return { entry, expected: before?.version ?? 0, stored: { ...next, auditHash: entry.hash } };
}

/** What the newest state of a transaction moves in the ledger. Holding and releasing money moves none of it. */
function entriesOf({ ids }: Pick<Ports, 'ids'>, transaction: Transaction, at: Instant): LedgerEntry[] {
  const { merchantId, paymentId, id: transactionId } = transaction;
  const entry = (posting: Pick<LedgerEntry, 'type' | 'amount'>): LedgerEntry =>
    ledgerEntry({
      id: ids.ledgerEntry(at),
      merchantId,
      ...posting,
      paymentId,
      transactionId,
      createdAt: at,
    });
  const entryOf = (type: LedgerEntryType) => entry({ type, amount: transaction.amount });
  const fee =
    transaction.status === 'succeeded' ? feeOf(transaction, transaction.amount.currency) : undefined;
  const fees = fee === undefined ? [] : [entry(feePosting(fee))];
  switch (transaction.type) {
    case 'capture':
      return transaction.status === 'succeeded' ? [entryOf('capture'), ...fees] : [];
    case 'refund':
      if (transaction.status === 'pending') return [entryOf('refund_hold')];
      if (transaction.status === 'failed') return [entryOf('refund_release')];
      return transaction.status === 'succeeded' ? [entryOf('refund'), ...fees] : [];
    case 'authorization':
    case 'void':
      return fees;
  }
}

function actionOf({ action, before, next, transactions: [modification] }: PaymentMove): string {
  if (action !== undefined) return action;
  if (next.version === 1) return 'payment.created';
  if (modification === undefined && before?.status === next.status && before.attention !== next.attention)
    return next.attention === undefined ? 'payment.attention_cleared' : 'payment.attention';
  if (next.status === 'pending') return 'payment.postponed';
  if (next.status === 'processing')
    return before?.status === 'processing' ? 'payment.identified' : 'payment.resumed';
  if (before?.status !== next.status || modification === undefined) return `payment.${next.status}`;
  return `payment.${modification.next.type}_${modification.next.status}`;
}
