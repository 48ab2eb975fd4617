import { errAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  type Calling,
  type ClaimTerms,
  completeClaim,
  releaseClaim,
  renewLease,
  type StoredResponse,
} from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Asked, differenceOf } from '../../domain/payments/attention.ts';
import {
  approve,
  cancel,
  fail,
  identify,
  type Payment,
  type Processing,
  postpone,
  type Undecided,
} from '../../domain/payments/payment.ts';
import { decidedTransaction, verdictIn } from '../../domain/payments/transaction.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { ChargeAnswer, ProcessorUnavailable, Verdict } from '../../ports/processor.ts';
import type { ResponseEncoder } from '../../ports/response-encoder.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import {
  type AskedPayment,
  type AskFailure,
  type AskPorts,
  answerTo,
  awaitsCustomer,
  type ChargeAbsent,
  isOpened,
  unknown,
} from './ask-for-charge.ts';
import { held, keepWaiting, type Waiting } from './keep-waiting.ts';
import { type PaymentMove, paymentChange } from './payment-change.ts';
import { isSilentTooLong, SILENT, seenIn, withoutAttention } from './raise-attention.ts';

export type CompletePaymentPorts = AskPorts &
  Readonly<{ commits: Commits; responses: ResponseEncoder; clock: Clock; ids: Ids; digests: Digests }>;

/** A payment whose claim is held, its intent on record. */
export type HeldPayment = AskedPayment & Readonly<{ claim: Calling; origin: Origin }>;

export type Approach = Readonly<{
  /**
   * `charge` only when the processor provably has nothing of the reference; else its record is asked first. `cancel` has a charge end
   * then that waits for its customer.
   */
  ask: 'charge' | 'lookup' | 'cancel';
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
 * Asks the processor and commits what it says: step two and three of the life cycle. A charge that the processor opens first
 * is sent again once the id it was given is on record. A processor that is silent, or does not know the end itself, leaves the
 * payment processing, its claim due again later; so does one whose answer is not about what was asked, and the payment says then that
 * it needs people. One processor call (two when a lookup finds nothing) and one commit; one of
 * each more for a charge opened first. A processor that waits for the customer leaves the payment saying what the customer has to do.
 */
export const completePayment = (ports: CompletePaymentPorts, terms: ClaimTerms): CompletePayment => {
  const complete: CompletePayment = (held, approach) =>
    safeTry(async function* () {
      const answer = await answerTo(ports, held, approach.ask, ports.clock.now());
      const isNew = answer.isOk() && 'awaits' in answer.value && held.payment.processorId === undefined;
      if (!isNew) return end(ports, terms, held, approach, answer);
      const { processorId } = answer.value;
      if (awaitsCustomer(answer.value)) return end(ports, terms, held, approach, answer);
      if (!isOpened(answer.value)) return keepWaiting(ports, terms, held, { identified: processorId });
      return complete(yield* keepId(ports, terms, held, processorId), { ...approach, ask: 'charge' });
    });
  return complete;
};

export type CompletePayment = (
  held: HeldPayment,
  approach: Approach,
) => ResultAsync<Completion, CompletePaymentFailure>;

type StepFailure = CompletePaymentFailure | AskFailure;

/** Commits how the charge ended, or that it has not. */
const end = (
  ports: CompletePaymentPorts,
  terms: ClaimTerms,
  held: HeldPayment,
  approach: Approach,
  answer: Result<ChargeAnswer | ChargeAbsent, StepFailure>,
): ResultAsync<Completion, CompletePaymentFailure> =>
  answer
    .asyncAndThen<Completion, StepFailure>((said) => {
      const seen = seenIn(said);
      const reason = differenceOf(askedOf(held.payment), seen, held.payment.attention?.seen);
      if (reason !== undefined) return keepWaiting(ports, terms, held, { cause: { reason, seen } });
      if (isVerdict(said)) return conclude(ports, terms, held, said);
      if (awaitsCustomer(said)) return keepWaiting(ports, terms, held, { awaited: said });
      return 'awaits' in said && !isOpened(said)
        ? keepWaiting(ports, terms, held, { cleared: true })
        : errAsync(unknown);
    })
    .orElse((failure) => {
      switch (failure.kind) {
        case 'ProcessorOutcomeUnknown':
          return keepWaiting(ports, terms, held, silence(ports, held));
        case 'PaymentMethodGone':
          return approach.ask !== 'charge' && isGivenUp(held.claim, ports.clock.now(), terms)
            ? giveUp(ports, terms, held)
            : keepWaiting(ports, terms, held, silence(ports, held));
        case 'ProcessorUnavailable':
          return approach.clientWaits && held.claim.kept === undefined && isUnanswered(held)
            ? release(ports, terms, held).andThen(() => errAsync(failure))
            : keepWaiting(ports, terms, held, silence(ports, held));
        case 'ClaimTaken':
        case 'FenceLost':
        case 'KeyTaken':
        case 'StaleVersion':
        case 'KeysUnavailable':
        case 'StorageUnavailable':
          return errAsync(failure);
      }
    });

const isVerdict = (said: ChargeAnswer | ChargeAbsent): said is Verdict =>
  !('awaits' in said) && !('absent' in said);

/** A verdict on the whole amount, of the charge that the payment is known by, is what was asked for. */
const askedOf = ({ amount, processorId, captureMethod }: Undecided): Asked => ({
  amount,
  ...present({ processorId }),
  state: captureMethod === 'manual' ? 'authorized' : 'captured',
});

/** What there is to say of a processor that says nothing. */
const silence = ({ clock }: CompletePaymentPorts, { payment, claim }: HeldPayment): Waiting =>
  isSilentTooLong(payment, claim.createdAt, clock.now())
    ? { cause: { reason: 'silence', seen: SILENT } }
    : {};

/** No answer to the charge is on record. */
const isUnanswered = (held: HeldPayment): held is HeldPayment & Readonly<{ payment: Processing }> =>
  held.payment.status === 'processing';

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
  const payment = { ...withoutAttention(held.payment), processorId: verdict.processorId };
  const isCanceled = !verdict.approved && verdict.canceled === true;
  const charged = payment.captureMethod === 'manual' ? 'authorization' : 'capture';
  const transaction = decidedTransaction(
    {
      id: ports.ids.transaction(now),
      merchantId: payment.merchantId,
      paymentId: payment.id,
      type: isCanceled ? 'void' : charged,
      amount: payment.amount,
      createdAt: now,
    },
    verdict.approved || isCanceled ? 'succeeded' : 'failed',
    verdictIn(verdict),
  );
  return closeWith(ports, terms, held.claim, {
    at: now,
    origin: held.origin,
    before: held.payment,
    next: endOf(payment, verdict, now),
    transactions: [{ next: transaction }],
  }).map((response) => ({ response, ended: true }));
}

function endOf(payment: Undecided, verdict: Verdict, now: Instant): Payment {
  if (verdict.approved) return approve(payment, now, verdict.authorizedUntil);
  return verdict.canceled
    ? cancel(payment, now)
    : fail(payment, { code: verdict.decline, message: verdict.responseText }, now);
}

/** Puts the id on record that the processor gave the charge, under a renewed lease: the charge is sent again after that. */
function keepId(
  ports: CompletePaymentPorts,
  terms: ClaimTerms,
  before: HeldPayment,
  processorId: string,
): ResultAsync<HeldPayment, CommitRefused | StorageUnavailable> {
  const now = ports.clock.now();
  const claim = renewLease(before.claim, { changeId: ports.ids.change(now), now }, terms);
  const { change, payment } = paymentChange(ports, {
    at: now,
    origin: before.origin,
    before: before.payment,
    next: identify(before.payment, processorId, now),
    transactions: [],
    claim: held(before.claim, claim),
  });
  return ports.commits.commit(change).map(() => ({ ...before, claim, payment }));
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

function release(
  ports: CompletePaymentPorts,
  terms: ClaimTerms,
  { claim, payment, origin }: HeldPayment & Readonly<{ payment: Processing }>,
) {
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
