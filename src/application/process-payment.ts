import { err, errAsync, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../domain/actor.ts';
import {
  type Answer,
  answerOf,
  type Calling,
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  isHeld,
  openClaim,
  type Retryable,
  refusedClaim,
  takeOver,
} from '../domain/claim.ts';
import type { CustomerId, MerchantId, PaymentId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import { activeMerchant, type Merchant, type MerchantInactive, withinLimit } from '../domain/merchant.ts';
import type { Money } from '../domain/money.ts';
import {
  type AmountNotPositive,
  type CaptureMethod,
  openPayment,
  type Payment,
  type Processing,
  resume,
} from '../domain/payment.ts';
import type { PaymentRefused } from '../ports/answers.ts';
import type { Claims } from '../ports/claims.ts';
import type { CommitRefused } from '../ports/commits.ts';
import type { Merchants } from '../ports/merchants.ts';
import type { PaymentNotFound, Payments } from '../ports/payments.ts';
import type { ProcessorUnavailable } from '../ports/processor.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import { claimChange, paymentChange } from './payment-change.ts';
import { type SettlePorts, settlePayment } from './settle-payment.ts';

export type ProcessPaymentRequest = Readonly<{
  merchantId: MerchantId;
  idempotencyKey: string;
  amount: Money;
  paymentMethod: string;
  captureMethod: CaptureMethod;
  customerId?: CustomerId;
  description?: string;
  metadata?: Readonly<Record<string, string>>;
  origin: Origin;
}>;

/** `replayed`: the answer was given before, and nothing happened now. */
export type Processed = Readonly<{ answer: Answer; replayed: boolean }>;

export type IdempotencyKeyReused = Readonly<{ kind: 'IdempotencyKeyReused' }>;
export type IdempotencyInFlight = Readonly<{ kind: 'IdempotencyInFlight'; retryAfterMs: number }>;

export type ProcessPaymentFailure =
  | AmountNotPositive
  | MerchantInactive
  | IdempotencyKeyReused
  | IdempotencyInFlight
  | ProcessorUnavailable
  | StorageUnavailable;

/**
 * Takes a payment: intent on record, processor asked, outcome on record. The same key gives the same answer, whoever
 * repeats it and whatever crashed in between; a lease that ran out is resumed, never started again. Two parallel
 * reads, two commits and one processor call when new; the reads alone for a replay.
 */
export type ProcessPayment = (
  request: ProcessPaymentRequest,
) => ResultAsync<Processed, ProcessPaymentFailure>;

export type ProcessPorts = SettlePorts &
  Readonly<{ claims: Claims; merchants: Merchants; payments: Payments }>;

const comeBack: IdempotencyInFlight = { kind: 'IdempotencyInFlight', retryAfterMs: 1_000 };

/** How often a request that lost a race looks again before it tells the client to come back. */
const MOST_ATTEMPTS = 3;

export const processPayment =
  (ports: ProcessPorts, terms: ClaimTerms): ProcessPayment =>
  (request) => {
    const { merchantId, idempotencyKey } = request;
    const key: ClaimKey = { merchantId, operation: 'process', key: idempotencyKey };
    const fingerprint = ports.digests.fingerprint(canonicalJson(payloadOf(request)));

    const attempt = (left: number): ResultAsync<Processed, ProcessPaymentFailure> =>
      ResultAsync.combine([ports.claims.find(key, ports.clock.now()), ports.merchants.find(merchantId)])
        .andThen(([claim, merchant]) =>
          claim === undefined
            ? start(ports, terms, { request, key, fingerprint }, merchant)
            : answerAgain(ports, terms, { request, fingerprint }, claim, merchant),
        )
        .orElse((failure) => {
          if (!lostRace(failure)) return errAsync(failure);
          return left > 1 ? attempt(left - 1) : errAsync(comeBack);
        });
    return attempt(MOST_ATTEMPTS);
  };

type Keyed = Readonly<{ request: ProcessPaymentRequest; key: ClaimKey; fingerprint: string }>;

/** First use of the key: refuse by rule, or record the intent and settle it. */
function start(ports: ProcessPorts, terms: ClaimTerms, keyed: Keyed, found: Merchant | undefined) {
  return safeTry<Processed, ProcessPaymentFailure | CommitRefused>(async function* () {
    const { request, key, fingerprint } = keyed;
    const merchant = yield* activeMerchant(found, request.merchantId);
    const now = ports.clock.now();
    const step = { changeId: ports.ids.change(now), now };
    const { requestId } = request.origin;

    const refusal = refusalOf(ports, request, merchant);
    if (refusal !== undefined) {
      const answer = ports.answers.refused(refusal, requestId);
      const claim = refusedClaim(key, { fingerprint, requestId, answer }, step, terms);
      return ports.commits
        .commit(claimChange({ expected: 0, next: claim }, now))
        .map(() => ({ answer, replayed: false }));
    }

    const { origin, ...order } = request;
    const opened = yield* openPayment({ ...order, id: ports.ids.payment(now), createdAt: now });
    const claim = openClaim(key, { fingerprint, requestId, paymentId: opened.id }, step, terms);
    const { change, payment } = paymentChange(ports, {
      at: now,
      origin,
      next: opened,
      transactions: [],
      claim: { expected: 0, next: claim },
    });
    yield* ports.commits.commit(change);
    return settlePayment(ports, terms)({ claim, payment, origin }, { ask: 'charge', clientWaits: true }).map(
      ({ answer }) => ({ answer, replayed: false }),
    );
  });
}

/** The key is known: give the answer it has, or carry on where its last holder stopped. */
function answerAgain(
  ports: ProcessPorts,
  terms: ClaimTerms,
  { request, fingerprint }: Omit<Keyed, 'key'>,
  claim: Claim,
  merchant: Merchant | undefined,
): ResultAsync<Processed, ProcessPaymentFailure | CommitRefused> {
  if (claim.fingerprint !== fingerprint) return errAsync({ kind: 'IdempotencyKeyReused' });
  const now = ports.clock.now();
  const answer = answerOf(claim, now);
  if (answer !== undefined) return okAsync({ answer, replayed: true });
  switch (claim.state) {
    case 'completed':
    case 'unknown':
      return claim.paymentId === undefined
        ? errAsync({ kind: 'ClaimTaken' })
        : currentAnswer(ports, claim, claim.paymentId);
    case 'calling':
      return isHeld(claim, now, terms)
        ? errAsync({ kind: 'IdempotencyInFlight', retryAfterMs: claim.dueAt - now })
        : carryOn(ports, terms, claim, request.origin);
    case 'retryable':
      return activeMerchant(merchant, claim.merchantId).asyncAndThen(() =>
        carryOn(ports, terms, claim, request.origin),
      );
  }
}

/** The stored answer has expired but the key's claim on its payment has not: say how the payment stands. */
const currentAnswer = (ports: ProcessPorts, claim: Claim, id: PaymentId) =>
  ports.payments
    .find(claim.merchantId, id)
    .mapErr(missing)
    .map((payment) => ({ answer: ports.answers.processed(payment, claim.requestId), replayed: true }));

function carryOn(ports: ProcessPorts, terms: ClaimTerms, claim: Calling | Retryable, origin: Origin) {
  return safeTry<Processed, SettleAgainFailure>(async function* () {
    const stored = yield* ports.payments.find(claim.merchantId, claim.paymentId).mapErr(missing);
    const now = ports.clock.now();
    const held = takeOver(claim, { changeId: ports.ids.change(now), now }, terms);
    const guarded = { expected: claim.fence, next: held };
    if (claim.state === 'retryable') {
      if (stored.status !== 'pending') return err(movedOn(stored));
      const next = resume(stored, now);
      const { change, payment } = paymentChange(ports, {
        at: now,
        origin,
        before: stored,
        next,
        transactions: [],
        claim: guarded,
      });
      yield* ports.commits.commit(change);
      return finish(payment, 'charge');
    }
    if (stored.status !== 'processing') return err(movedOn(stored));
    yield* ports.commits.commit(claimChange(guarded, now));
    return finish(stored, 'lookup');

    function finish(payment: Processing, ask: 'charge' | 'lookup') {
      return settlePayment(ports, terms)({ claim: held, payment, origin }, { ask, clientWaits: true }).map(
        ({ answer }) => ({ answer, replayed: false }),
      );
    }
  });
}

type SettleAgainFailure = ProcessorUnavailable | CommitRefused | StorageUnavailable;

function refusalOf(
  ports: ProcessPorts,
  request: ProcessPaymentRequest,
  merchant: Merchant,
): PaymentRefused | undefined {
  // No customer can exist before the customers' own routes do, so naming one is always a mistake.
  if (request.customerId !== undefined) return { kind: 'CustomerNotFound' };
  if (!ports.processor.accepts(request.paymentMethod)) return { kind: 'PaymentMethodNotAccepted' };
  return withinLimit(merchant, request.amount).match(
    () => undefined,
    (refusal) => refusal,
  );
}

/** What makes two requests the same one; the key and who asked are not part of it. */
const payloadOf = ({
  amount,
  paymentMethod,
  captureMethod,
  customerId,
  description,
  metadata,
}: ProcessPaymentRequest) => ({
  operation: 'process',
  amount: amount.minorUnits,
  currency: amount.currency,
  payment_method: paymentMethod,
  capture_method: captureMethod,
  customer_id: customerId,
  description,
  metadata,
});

const movedOn = ({ id }: Payment): CommitRefused => ({ kind: 'StaleVersion', id });

/** A claim and its payment are one commit, so a claim without its payment is a defect. */
function missing(failure: PaymentNotFound | StorageUnavailable): StorageUnavailable {
  if (failure.kind === 'PaymentNotFound') throw new Error(`claimed payment ${failure.id} does not exist`);
  return failure;
}

const lostRace = (failure: ProcessPaymentFailure | CommitRefused): failure is CommitRefused =>
  failure.kind === 'ClaimTaken' || failure.kind === 'FenceLost' || failure.kind === 'StaleVersion';
