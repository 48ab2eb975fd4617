import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  awaitOutcome,
  type Calling,
  type Claim,
  type ClaimTerms,
  completeClaim,
  releaseClaim,
  type StoredResponse,
} from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { approve, fail, type Payment, type Processing, postpone } from '../../domain/payments/payment.ts';
import { decidedTransaction, verdictIn } from '../../domain/payments/transaction.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type {
  OpenConfig,
  Processor,
  ProcessorOutcomeUnknown,
  ProcessorUnavailable,
  Verdict,
} from '../../ports/processor.ts';
import type { ResponseEncoder } from '../../ports/response-encoder.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { PaymentMethods } from '../customers/resolve-payment-method.ts';
import { claimChange } from '../kernel/claim-change.ts';
import { type PaymentMove, paymentChange } from './payment-change.ts';

export type CompletePaymentPorts = Readonly<{
  commits: Commits;
  processor: Processor;
  paymentMethods: PaymentMethods;
  responses: ResponseEncoder;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

/**
 * A payment whose claim is held, its intent on record. `method`: what to charge, when it has been resolved already; `config`:
 * the merchant's, for the processor alone.
 */
export type HeldPayment = Readonly<{
  claim: Calling;
  payment: Processing;
  origin: Origin;
  config: OpenConfig;
  method?: string;
}>;

export type Approach = Readonly<{
  /** `charge` only when the processor provably has nothing of the reference; else its record is asked first. */
  ask: 'charge' | 'lookup';
  /** False in recovery: where no client gets the 503, a processor that is away means waiting, not releasing the key. */
  clientWaits: boolean;
}>;

/** `ended` is false while only the processor knows how it ends. */
export type Completion = Readonly<{ response: StoredResponse; ended: boolean }>;

export type CompletePaymentFailure =
  | ProcessorUnavailable
  | CommitRefused
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Asks the processor and commits what it says: step two and three of the life cycle. A silent processor leaves the
 * payment processing, its claim due again later. One processor call (two when a lookup finds nothing), one commit.
 */
export const completePayment =
  (ports: CompletePaymentPorts, terms: ClaimTerms) =>
  (held: HeldPayment, approach: Approach): ResultAsync<Completion, CompletePaymentFailure> =>
    verdictOn(ports, held, approach.ask)
      .andThen<ResultAsync<Completion, StepFailure>>((verdict) =>
        verdict.amount.minorUnits === held.payment.amount.minorUnits &&
        verdict.amount.currency === held.payment.amount.currency
          ? conclude(ports, terms, held, verdict)
          : errAsync(unknown),
      )
      .orElse((failure) => {
        switch (failure.kind) {
          case 'ProcessorOutcomeUnknown':
            return keepWaiting(ports, terms, held);
          case 'PaymentMethodGone':
            return approach.ask === 'lookup' && isGivenUp(held.claim, ports.clock.now(), terms)
              ? giveUp(ports, terms, held)
              : keepWaiting(ports, terms, held);
          case 'ProcessorUnavailable':
            return approach.clientWaits && held.claim.kept === undefined
              ? release(ports, terms, held).andThen(() => errAsync(failure))
              : keepWaiting(ports, terms, held);
          case 'ClaimTaken':
          case 'FenceLost':
          case 'KeyTaken':
          case 'StaleVersion':
          case 'KeysUnavailable':
          case 'StorageUnavailable':
            return errAsync(failure);
        }
      });

const unknown: ProcessorOutcomeUnknown = { kind: 'ProcessorOutcomeUnknown' };

/** The customer was erased, or the stored method taken away, before the charge could be sent again. */
type PaymentMethodGone = Readonly<{ kind: 'PaymentMethodGone' }>;
type StepFailure = CompletePaymentFailure | ProcessorOutcomeUnknown | PaymentMethodGone;

function verdictOn(
  ports: CompletePaymentPorts,
  held: HeldPayment,
  ask: Approach['ask'],
): ResultAsync<Verdict, StepFailure> {
  const { processor } = ports;
  if (ask === 'charge') return charge(ports, held);
  return processor
    .lookup({ reference: held.payment.id, merchantId: held.payment.merchantId, config: held.config })
    .orElse((failure) => (failure.kind === 'ProcessorHasNoRecord' ? charge(ports, held) : errAsync(unknown)));
}

function charge(
  { processor, paymentMethods }: CompletePaymentPorts,
  { payment, method, config }: HeldPayment,
): ResultAsync<Verdict, StepFailure> {
  const { merchantId, customerId } = payment;
  const resolved: ResultAsync<string, StepFailure> =
    method === undefined
      ? paymentMethods
          .resolve(merchantId, customerId, payment.paymentMethod)
          .mapErr((failure) =>
            failure.kind === 'CustomerNotAccepted' || failure.kind === 'PaymentMethodNotAccepted'
              ? { kind: 'PaymentMethodGone' as const }
              : failure,
          )
      : okAsync(method);
  return resolved.andThen((paymentMethod) =>
    processor.charge({
      reference: payment.id,
      merchantId,
      config,
      amount: payment.amount,
      paymentMethod,
      capture: payment.captureMethod === 'automatic',
    }),
  );
}

/**
 * A charge that can never be sent again: nothing of the first one has shown for as long as keys are kept. The processor
 * was asked just now, and had no record.
 */
const giveUp = (ports: CompletePaymentPorts, terms: ClaimTerms, { claim, payment, origin }: HeldPayment) => {
  const now = ports.clock.now();
  const next = fail(payment, METHOD_GONE, now);
  return closeWith(ports, terms, claim, { at: now, origin, before: payment, next, transactions: [] }).map(
    (response) => ({ response, ended: true }),
  );
};

const isGivenUp = ({ createdAt }: Calling, now: Instant, { keepResponsesMs }: ClaimTerms): boolean =>
  now >= createdAt + keepResponsesMs;

const METHOD_GONE = {
  code: 'payment_method_unavailable',
  message: 'The stored payment method was removed before the processor could be asked.',
} as const;

function conclude(ports: CompletePaymentPorts, terms: ClaimTerms, held: HeldPayment, verdict: Verdict) {
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
    verdictIn(verdict),
  );
  const next = verdict.approved
    ? approve(payment, now)
    : fail(payment, { code: verdict.decline, message: verdict.responseText }, now);
  return closeWith(ports, terms, held.claim, {
    at: now,
    origin: held.origin,
    before: payment,
    next,
    transactions: [{ next: transaction }],
  }).map((response) => ({ response, ended: true }));
}

/** Commits a move that ends a claim, and gives the response that is replayed from then on. */
export function closeWith(
  ports: Pick<CompletePaymentPorts, 'commits' | 'responses' | 'ids' | 'digests'>,
  terms: ClaimTerms,
  claim: Calling,
  move: Omit<PaymentMove<Payment>, 'claim'>,
  expected: number = claim.fence,
): ResultAsync<StoredResponse, CommitRefused | StorageUnavailable> {
  const step = { changeId: ports.ids.change(move.at), now: move.at };
  const response = ports.responses.processed(move.next, claim.requestId);
  const closed = completeClaim(claim, response, step, terms);
  const { change } = paymentChange(ports, { ...move, claim: { expected, next: closed } });
  return ports.commits.commit(change).map(() => response);
}

function keepWaiting(
  ports: CompletePaymentPorts,
  terms: ClaimTerms,
  { claim, payment }: HeldPayment,
): ResultAsync<Completion, CommitRefused | StorageUnavailable> {
  const now = ports.clock.now();
  const response = ports.responses.processed(payment, claim.requestId);
  const waiting = awaitOutcome(claim, response, { changeId: ports.ids.change(now), now }, terms);
  return ports.commits.commit(claimChange(held(claim, waiting), now)).map(() => ({ response, ended: false }));
}

function release(ports: CompletePaymentPorts, terms: ClaimTerms, { claim, payment, origin }: HeldPayment) {
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
