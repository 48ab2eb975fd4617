import { errAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../domain/actor.ts';
import {
  type Answer,
  awaitOutcome,
  type Calling,
  type Claim,
  type ClaimTerms,
  completeClaim,
  releaseClaim,
} from '../domain/claim.ts';
import { approve, fail, type Payment, type Processing, postpone } from '../domain/payment.ts';
import { decidedTransaction } from '../domain/transaction.ts';
import type { Answers } from '../ports/answers.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommitRefused, Commits } from '../ports/commits.ts';
import type { Digests } from '../ports/digests.ts';
import type { Ids } from '../ports/ids.ts';
import type {
  ChargeOrder,
  ChargeVerdict,
  Processor,
  ProcessorOutcomeUnknown,
  ProcessorUnavailable,
} from '../ports/processor.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import { claimChange, type PaymentMove, paymentChange } from './payment-change.ts';

export type SettlePorts = Readonly<{
  commits: Commits;
  processor: Processor;
  answers: Answers;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

/** A payment whose claim we hold, its intent on record. */
export type HeldPayment = Readonly<{ claim: Calling; payment: Processing; origin: Origin }>;

export type Approach = Readonly<{
  /** `charge` only when the processor provably has nothing of the reference; else its record is asked first. */
  ask: 'charge' | 'lookup';
  /** With nobody left to hear "try again", a dead processor means waiting, not releasing the key. */
  clientWaits: boolean;
}>;

/** `ended` is false while only the processor knows how it ends. */
export type Settled = Readonly<{ answer: Answer; ended: boolean }>;

export type SettleFailure = ProcessorUnavailable | CommitRefused | StorageUnavailable;

/**
 * Asks the processor and commits what it says: step two and three of the life cycle. A silent processor leaves the
 * payment processing, its claim due again later. One processor call (two when a lookup finds nothing), one commit.
 */
export const settlePayment =
  (ports: SettlePorts, terms: ClaimTerms) =>
  (held: HeldPayment, approach: Approach): ResultAsync<Settled, SettleFailure> =>
    verdictOn(ports.processor, held.payment, approach.ask)
      .andThen((verdict) =>
        verdict.amount.minorUnits === held.payment.amount.minorUnits &&
        verdict.amount.currency === held.payment.amount.currency
          ? conclude(ports, terms, held, verdict)
          : errAsync(unknown),
      )
      .orElse((failure) => {
        if (failure.kind === 'ProcessorOutcomeUnknown') return keepWaiting(ports, terms, held);
        if (failure.kind !== 'ProcessorUnavailable') return errAsync(failure);
        return approach.clientWaits && held.claim.kept === undefined
          ? release(ports, terms, held).andThen(() => errAsync(failure))
          : keepWaiting(ports, terms, held);
      });

const unknown: ProcessorOutcomeUnknown = { kind: 'ProcessorOutcomeUnknown' };

function verdictOn(
  processor: Processor,
  payment: Processing,
  ask: Approach['ask'],
): ResultAsync<ChargeVerdict, ProcessorUnavailable | ProcessorOutcomeUnknown> {
  const order: ChargeOrder = {
    reference: payment.id,
    merchantId: payment.merchantId,
    amount: payment.amount,
    paymentMethod: payment.paymentMethod,
    capture: payment.captureMethod === 'automatic',
  };
  if (ask === 'charge') return processor.charge(order);
  return processor
    .lookup(payment.id)
    .orElse((failure) =>
      failure.kind === 'ProcessorHasNoRecord' ? processor.charge(order) : errAsync(unknown),
    );
}

function conclude(ports: SettlePorts, terms: ClaimTerms, held: HeldPayment, verdict: ChargeVerdict) {
  const now = ports.clock.now();
  const { payment } = held;
  const transaction = decidedTransaction(
    {
      id: ports.ids.transaction(now),
      merchantId: payment.merchantId,
      paymentId: payment.id,
      type: payment.captureMethod === 'manual' ? 'authorization' : 'capture',
      amount: payment.amount,
      createdAt: now,
    },
    verdict.approved ? 'succeeded' : 'failed',
    {
      processorId: verdict.processorId,
      responseCode: verdict.responseCode,
      responseText: verdict.responseText,
      processedAt: verdict.processedAt,
    },
  );
  const next = verdict.approved
    ? approve(payment, now)
    : fail(payment, { code: verdict.decline, message: verdict.responseText }, now);
  return closeWith(ports, terms, held.claim, {
    at: now,
    origin: held.origin,
    before: payment,
    next,
    transactions: [transaction],
  }).map((answer) => ({ answer, ended: true }));
}

/** Commits a move that ends a claim, and gives the answer that now stands: an earlier one, if the client has it. */
export function closeWith(
  ports: Pick<SettlePorts, 'commits' | 'answers' | 'ids' | 'digests'>,
  terms: ClaimTerms,
  claim: Calling,
  move: Omit<PaymentMove<Payment>, 'claim'>,
  expected: number = claim.fence,
): ResultAsync<Answer, CommitRefused | StorageUnavailable> {
  const step = { changeId: ports.ids.change(move.at), now: move.at };
  const answer = ports.answers.processed(move.next, claim.requestId);
  const closed = completeClaim(claim, answer, step, terms);
  const { change } = paymentChange(ports, { ...move, claim: { expected, next: closed } });
  return ports.commits.commit(change).map(() => closed.kept?.answer ?? answer);
}

function keepWaiting(
  ports: SettlePorts,
  terms: ClaimTerms,
  { claim, payment }: HeldPayment,
): ResultAsync<Settled, CommitRefused | StorageUnavailable> {
  const now = ports.clock.now();
  const answer = ports.answers.processed(payment, claim.requestId);
  const waiting = awaitOutcome(claim, answer, { changeId: ports.ids.change(now), now }, terms);
  return ports.commits
    .commit(claimChange(held(claim, waiting), now))
    .map(() => ({ answer: waiting.kept?.answer ?? answer, ended: false }));
}

function release(ports: SettlePorts, terms: ClaimTerms, { claim, payment, origin }: HeldPayment) {
  const now = ports.clock.now();
  const released = releaseClaim(claim, { changeId: ports.ids.change(now), now }, terms);
  const { change } = paymentChange(ports, {
    at: now,
    origin,
    before: payment,
    next: postpone(payment, now),
    transactions: [],
    claim: held(claim, released),
  });
  return ports.commits.commit(change);
}

const held = (claim: Calling, next: Claim) => ({ expected: claim.fence, next });
