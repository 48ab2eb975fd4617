import { err, ok, type Result } from 'neverthrow';
import { areOnePerson } from '../kernel/identity.ts';
import type { Instant } from '../kernel/instant.ts';
import { type AmountNotPositive, type Money, money, zero } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type {
  NothingProposed,
  ResolutionPending,
  Resolver,
  SelfConfirmation,
} from '../kernel/second-person.ts';
import type { Attention, Proposal, ResolutionOutcome } from './attention.ts';
import { cancel, fail, isUndecided, moved, type Payment, type Pending, type Undecided } from './payment.ts';

/** Nothing about the payment needs people. */
export type NotInAttention = Readonly<{ kind: 'NotInAttention' }>;
/** It cannot end so; `possible` are the ends that it can have. */
export type OutcomeNotPossible = Readonly<{
  kind: 'OutcomeNotPossible';
  possible: readonly ResolutionOutcome[];
}>;
/** Only a charge that succeeded has an amount of its own, of what was asked at the most. */
export type ResolvedAmountNotPossible = Readonly<{ kind: 'ResolvedAmountNotPossible'; most?: Money }>;

export type ProposalRefused =
  | NotInAttention
  | ResolutionPending
  | OutcomeNotPossible
  | AmountNotPositive
  | ResolvedAmountNotPossible;

/** What a person says became of the money. `replaces`: also where another proposal waits. */
export type Proposing = Readonly<{
  outcome: ResolutionOutcome;
  amount?: bigint;
  reason: string;
  evidence?: string;
  by: Resolver;
  replaces: boolean;
}>;

/**
 * The ends that a payment in attention can have: a charge under way any; a capture, refund or void is done or is not; of a payment that
 * has ended, people can say no more than that the books are right.
 */
function possibleOutcomes(payment: Payment): readonly ResolutionOutcome[] {
  if (payment.attention?.modification !== undefined) return ['succeeded', 'failed'];
  switch (payment.status) {
    case 'pending':
    case 'processing':
    case 'requires_action':
      return ['succeeded', 'failed', 'canceled'];
    case 'authorized':
    case 'succeeded':
      return ['succeeded'];
    case 'failed':
      return ['failed'];
    case 'canceled':
      return ['canceled'];
  }
}

/** A charge that has not ended: the processor's answer to it is not known, or none of it was. */
export const isUnsettled = (payment: Payment): payment is Undecided | Pending =>
  payment.status === 'pending' || isUndecided(payment);

/** Writes down what one person says; nothing else happens until another confirms. */
export function propose<Known extends Payment>(
  payment: Known,
  { outcome, amount, reason, evidence, by, replaces }: Proposing,
  now: Instant,
): Result<Known, ProposalRefused> {
  const { attention } = payment;
  if (attention === undefined) return err({ kind: 'NotInAttention' });
  if (attention.proposal !== undefined && !replaces) return err({ kind: 'ResolutionPending' });
  const possible = possibleOutcomes(payment);
  if (!possible.includes(outcome)) return err({ kind: 'OutcomeNotPossible', possible });
  return amountOf(payment, attention, outcome, amount).map((proposed) => {
    const proposal: Proposal = {
      outcome,
      ...present({ amount: proposed }),
      reason,
      ...present({ evidence }),
      by,
      at: now,
    };
    return { ...payment, ...moved(payment, now), attention: { ...attention, proposal } };
  });
}

function amountOf(
  payment: Payment,
  { modification }: Attention,
  outcome: ResolutionOutcome,
  amount: bigint | undefined,
): Result<Money | undefined, AmountNotPositive | ResolvedAmountNotPossible> {
  if (amount === undefined) return ok(undefined);
  if (modification !== undefined || !isUnsettled(payment) || outcome !== 'succeeded')
    return err({ kind: 'ResolvedAmountNotPossible' });
  if (amount <= 0n) return err({ kind: 'AmountNotPositive' });
  const { amount: asked } = payment;
  return amount > asked.minorUnits
    ? err({ kind: 'ResolvedAmountNotPossible', most: asked })
    : ok(money(amount, asked.currency));
}

/** What waits for another person, where this one is another than who proposed it. */
export function proposedTo(
  { attention }: Payment,
  person: Resolver,
): Result<Proposal, NotInAttention | NothingProposed | SelfConfirmation> {
  if (attention === undefined) return err({ kind: 'NotInAttention' });
  const { proposal } = attention;
  if (proposal === undefined) return err({ kind: 'NothingProposed' });
  return areOnePerson(proposal.by.identities, person.identities)
    ? err({ kind: 'SelfConfirmation' })
    : ok(proposal);
}

/** Notes that a proposer tried to confirm; undefined where that is noted of this proposal already. */
export function noteRefusal<Known extends Payment>(payment: Known, now: Instant): Known | undefined {
  const { attention } = payment;
  if (attention?.proposal === undefined || attention.proposal.refusedAt !== undefined) return undefined;
  const proposal = { ...attention.proposal, refusedAt: now };
  return { ...payment, ...moved(payment, now), attention: { ...attention, proposal } };
}

/** Whether money is held, not taken: as was asked for, unless the processor's record says that it was taken. */
export const isHeldBy = ({ captureMethod, attention }: Payment): boolean =>
  captureMethod === 'manual' && attention?.seen.state !== 'captured';

/** The end of a charge that two people agree on. The processor is not asked, and what it calls the charge is taken from what it said. */
export function resolveCharge(
  payment: Undecided | Pending,
  { outcome, amount = payment.amount }: Proposal,
  now: Instant,
): Exclude<Payment, Undecided | Pending> {
  const { attention, ...rest } = payment;
  const processorId = payment.processorId ?? attention?.seen.processorId;
  const from: Undecided | Pending = { ...rest, ...present({ processorId }) };
  const none = zero(amount.currency);
  const next = moved(from, now);
  switch (outcome) {
    case 'failed':
      return fail(from, RESOLVED_AS_FAILED, now);
    case 'canceled':
      return cancel(from, now);
    case 'succeeded': {
      const approved = { ...next, authorized: amount, refunded: none, refunding: none };
      return isHeldBy(payment)
        ? { ...approved, status: 'authorized', captured: none, reserved: none, closing: false }
        : { ...approved, status: 'succeeded', captured: amount };
    }
  }
}

const RESOLVED_AS_FAILED = {
  code: 'resolved_as_failed',
  message: 'Two people settled that no money moved, as the processor had not said so.',
} as const;
