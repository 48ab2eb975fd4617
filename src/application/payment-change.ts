import type { Origin } from '../domain/actor.ts';
import { type AuditEntry, GENESIS_HASH, sealAuditEntry } from '../domain/audit.ts';
import type { Claim } from '../domain/claim.ts';
import { paymentEvent } from '../domain/events.ts';
import type { Instant } from '../domain/instant.ts';
import { difference, type JsonObject } from '../domain/json.ts';
import type { Payment } from '../domain/payment.ts';
import { paymentRecord } from '../domain/payment-record.ts';
import type { Transaction } from '../domain/transaction.ts';
import { transactionRecord } from '../domain/transaction-record.ts';
import type { Change, Guarded } from '../ports/commits.ts';
import type { Digests } from '../ports/digests.ts';
import type { Ids } from '../ports/ids.ts';

/** A move of a payment, decided but not yet written. */
export type PaymentMove<Next extends Payment = Payment> = Readonly<{
  at: Instant;
  origin: Origin;
  claim: Guarded<Claim>;
  /** Absent when the move creates the payment. */
  before?: Payment;
  next: Next;
  /** New transactions of this move. */
  transactions: readonly Transaction[];
}>;

/**
 * The whole commit for a move: the payment and its transactions with their links of the audit chain, the event and the
 * claim. Also gives the payment as it will be stored, chain head included, so that nobody has to read it back.
 */
export function paymentChange<Next extends Payment>(
  { ids, digests }: Readonly<{ ids: Ids; digests: Digests }>,
  move: PaymentMove<Next>,
): Readonly<{ change: Change; payment: Next }> {
  const { at, origin, claim, before, next } = move;
  const link = (entity: Pick<AuditEntry, 'entityType' | 'entityId' | 'sequence' | 'action'>, facts: Facts) =>
    sealAuditEntry(
      {
        id: ids.auditEntry(at),
        ...entity,
        merchantId: next.merchantId,
        actor: origin.actor,
        ...(origin.ipAddress === undefined ? {} : { ipAddress: origin.ipAddress }),
        ...(origin.userAgent === undefined ? {} : { userAgent: origin.userAgent }),
        ...facts,
        metadata: { request_id: origin.requestId },
        timestamp: at,
      },
      digests.sha256,
    );
  const paymentLink = link(
    { entityType: 'payment', entityId: next.id, sequence: next.version, action: actionOf(next) },
    before === undefined
      ? { after: paymentRecord(next), previousHash: GENESIS_HASH }
      : { ...difference(paymentRecord(before), paymentRecord(next)), previousHash: before.auditHash },
  );
  const transactions = move.transactions.map((transaction) => {
    const entry = link(
      {
        entityType: 'transaction',
        entityId: transaction.id,
        sequence: transaction.version,
        action: `transaction.${transaction.status}`,
      },
      { after: transactionRecord(transaction), previousHash: GENESIS_HASH },
    );
    return { entry, stored: { ...transaction, auditHash: entry.hash } };
  });
  const payment = { ...next, auditHash: paymentLink.hash };
  const event = paymentEvent(payment, ids.event(at));
  return {
    payment,
    change: {
      id: claim.next.changeId,
      at,
      claim,
      payment: { expected: before?.version ?? 0, next: payment },
      transactions: transactions.map(({ stored }) => ({ expected: 0, next: stored })),
      audit: [paymentLink, ...transactions.map(({ entry }) => entry)],
      events: event === undefined ? [] : [event],
    },
  };
}

/** A commit that moves nothing but the claim: a take-over, an answer given without a payment. */
export const claimChange = (claim: Guarded<Claim>, at: Instant): Change => ({
  id: claim.next.changeId,
  at,
  claim,
  transactions: [],
  audit: [],
  events: [],
});

type Facts = Readonly<{ before?: JsonObject; after?: JsonObject; previousHash: string }>;

function actionOf(next: Payment): string {
  if (next.version === 1) return 'payment.created';
  if (next.status === 'pending') return 'payment.postponed';
  if (next.status === 'processing') return 'payment.resumed';
  return `payment.${next.status}`;
}
