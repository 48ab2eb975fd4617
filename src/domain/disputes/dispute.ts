import { err, ok, type Result } from 'neverthrow';
import type { DisputeId, MerchantId, PaymentId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import { type Revision, revised } from '../kernel/revision.ts';

/** From the first to the last; `won` and `lost` are how the issuer decided, `accepted` is lost because the merchant said so. */
export const DISPUTE_STATUSES = ['needs_response', 'under_review', 'won', 'lost', 'accepted'] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

/** What the processor says of a dispute. */
export type DisputeFacts = Readonly<{
  /** What the cardholder disputes, which may be a part of the payment. */
  amount: Money;
  /** In the processor's words. */
  reason: string;
  status: DisputeStatus;
  /** Until when evidence is taken; absent where none is. */
  respondBy?: Instant;
}>;

/**
 * A payment that its cardholder disputes: the case. Its money, the chargeback, is lines of the processor's statement. There is one for
 * each dispute that the processor names, and it is as the processor's record was when that was last read.
 */
export type Dispute = Revision<'dispute', DisputeId> &
  DisputeFacts &
  Readonly<{
    paymentId: PaymentId;
    /** The processor's own name for it. */
    processorId: string;
    /** The merchant has accepted it, and the processor is asked to close it. */
    acceptRequestedAt?: Instant;
  }>;

export type DisputeOrder = DisputeFacts &
  Readonly<{
    id: DisputeId;
    merchantId: MerchantId;
    paymentId: PaymentId;
    processorId: string;
    createdAt: Instant;
  }>;

/** The unique key of a dispute: the processor's name for it. */
export const disputeKey = (processorId: string): string => `processor ${processorId}`;

export const openDispute = ({
  id,
  merchantId,
  paymentId,
  processorId,
  createdAt,
  ...facts
}: DisputeOrder): Dispute => ({
  kind: 'dispute',
  id,
  merchantId,
  paymentId,
  processorId,
  ...factsIn(facts),
  version: 1,
  createdAt,
  updatedAt: createdAt,
  auditHash: '',
});

/**
 * The dispute as the processor's record is now; undefined when that says nothing new. What is lost after the merchant accepted it is
 * accepted. One that is opened again has not been accepted: it may be, or be lost in spite of the merchant.
 */
export function updateDispute(dispute: Dispute, said: DisputeFacts, now: Instant): Dispute | undefined {
  const isAccepted = said.status === 'lost' && dispute.acceptRequestedAt !== undefined;
  const facts: DisputeFacts = isAccepted ? { ...said, status: 'accepted' } : said;
  if (isSame(dispute, facts)) return undefined;
  const { respondBy: _, acceptRequestedAt, ...rest } = revised(dispute, now);
  const isOpenedAgain = isDecided(dispute) && !isDecided(facts);
  return {
    ...rest,
    ...factsIn(facts),
    ...present({ acceptRequestedAt: isOpenedAgain ? undefined : acceptRequestedAt }),
  };
}

/** It is decided, the issuer has it, or it is being accepted. */
export type DisputeNotAcceptable = Readonly<{ kind: 'DisputeNotAcceptable'; status: DisputeStatus }>;

/** The merchant gives up the disputed money. The processor has yet to close the dispute. */
export const acceptDispute = (dispute: Dispute, now: Instant): Result<Dispute, DisputeNotAcceptable> =>
  dispute.status === 'needs_response' && dispute.acceptRequestedAt === undefined
    ? ok({ ...revised(dispute, now), acceptRequestedAt: now })
    : err({ kind: 'DisputeNotAcceptable', status: dispute.status });

/** The processor did not close it: it is as it was before it was accepted. */
export function refuseAcceptance(dispute: Dispute, now: Instant): Dispute {
  const { acceptRequestedAt: _, ...rest } = revised(dispute, now);
  return rest;
}

/** True once it has ended. */
export const isDecided = ({ status }: Pick<DisputeFacts, 'status'>): boolean =>
  status === 'won' || status === 'lost' || status === 'accepted';

const factsIn = ({ amount, reason, status, respondBy }: DisputeFacts): DisputeFacts => ({
  amount,
  reason,
  status,
  ...present({ respondBy }),
});

const isSame = (a: DisputeFacts, b: DisputeFacts): boolean =>
  a.amount.minorUnits === b.amount.minorUnits &&
  a.amount.currency === b.amount.currency &&
  a.reason === b.reason &&
  a.status === b.status &&
  a.respondBy === b.respondBy;
