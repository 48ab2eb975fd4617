import { err, ok, type Result } from 'neverthrow';
import type { Claim, ClaimKey } from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Attention, Proposal } from '../../domain/payments/attention.ts';
import { complete, modificationOf, release } from '../../domain/payments/modification.ts';
import { moved, type Payment, type Pending, type Undecided } from '../../domain/payments/payment.ts';
import { isHeldBy, isUnsettled, resolveCharge } from '../../domain/payments/resolution.ts';
import {
  decide,
  decidedTransaction,
  isExpiry,
  type PendingTransaction,
  type ProcessorVerdict,
  RESOLVED_CODE,
  type Transaction,
} from '../../domain/payments/transaction.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { Ids } from '../../ports/ids.ts';
import type { ResponseEncoder } from '../../ports/response-encoder.ts';
import type { TransactionMove } from './payment-change.ts';
import { withoutAttention } from './raise-attention.ts';

/** What two people agree on, as it goes on record. */
export type ResolutionMove = Readonly<{
  next: Payment;
  transactions: readonly TransactionMove[];
  /** What waits for the processor until then, and the answer that ends it; absent where the payment has ended. */
  waiting?: Readonly<{
    key: ClaimKey;
    answer: (responses: ResponseEncoder, claim: Claim) => string;
  }>;
}>;

/** What a proposal comes to on the payment as it is, with the transactions that were read with it. */
export function resolutionMove(
  { ids }: Readonly<{ ids: Ids }>,
  payment: Payment,
  transactions: readonly Transaction[],
  proposal: Proposal,
  now: Instant,
): Result<ResolutionMove, StaleVersion> {
  const modification = payment.attention?.modification;
  if (modification !== undefined) {
    const transaction = transactions.find(({ id }) => id === modification.transactionId);
    return transaction?.status === 'pending'
      ? ok(ofModification(payment, transaction, modification, proposal, now))
      : err({ kind: 'StaleVersion', id: payment.id });
  }
  return ok(isUnsettled(payment) ? ofCharge(ids, payment, proposal, now) : acknowledged(payment, now));
}

/** The books stand, and people have seen what the processor says. */
const acknowledged = (payment: Payment, now: Instant): ResolutionMove => {
  const seen = withoutAttention(payment);
  return { next: { ...seen, ...moved(seen, now) }, transactions: [] };
};

function ofCharge(ids: Ids, payment: Undecided | Pending, proposal: Proposal, now: Instant): ResolutionMove {
  const { merchantId, id: paymentId, idempotencyKey: key } = payment;
  const next = resolveCharge(payment, proposal, now);
  const transaction = decidedTransaction(
    {
      id: ids.transaction(now),
      merchantId,
      paymentId,
      type: isHeldBy(payment) ? 'authorization' : 'capture',
      amount: proposal.amount ?? payment.amount,
      createdAt: now,
    },
    proposal.outcome === 'succeeded' ? 'succeeded' : 'failed',
    said(next.processorId ?? paymentId, now),
  );
  return {
    next,
    transactions: [{ next: transaction }],
    waiting: {
      key: { merchantId, operation: 'process', key },
      answer: (responses, { requestId }) => responses.processed(next, requestId),
    },
  };
}

function ofModification(
  payment: Payment,
  transaction: PendingTransaction,
  { idempotencyKey: key }: NonNullable<Attention['modification']>,
  { outcome }: Proposal,
  now: Instant,
): ResolutionMove {
  const { type, merchantId } = transaction;
  if (type === 'authorization') throw new Error(`${transaction.id} is no movement`);
  const modification = modificationOf(payment, type, transaction.amount);
  const from = withoutAttention(payment, payment.attention);
  const isDone = outcome === 'succeeded';
  const decided = decide(transaction, isDone ? 'succeeded' : 'failed', said(transaction.id, now), now);
  if (decided.isErr()) throw new Error(`transaction ${transaction.id} is ${decided.error.status}`);
  const next = decided.value;
  return {
    next: isDone ? complete(from, modification, now) : release(from, modification, now),
    transactions: [{ before: transaction, next }],
    waiting: {
      key: { merchantId, operation: isExpiry(transaction) ? 'expire' : type, key },
      answer: (responses, { requestId }) => responses.moved(next, requestId),
    },
  };
}

/** Where a processor's words stand otherwise. Without its own name for it, it is named as it was asked for. */
const said = (processorId: string, now: Instant): ProcessorVerdict => ({
  processorId,
  responseCode: RESOLVED_CODE,
  responseText: 'Settled by two people.',
  processedAt: now,
});
