import { err, errAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  type Calling,
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  openClaim,
  type Retryable,
  type StoredResponse,
  takeOver,
} from '../../domain/kernel/claim.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import type { AmountNotPositive } from '../../domain/kernel/money.ts';
import { activeMerchant, type Merchant, type MerchantInactive } from '../../domain/merchants/merchant.ts';
import { withinLimit } from '../../domain/merchants/payment-limits.ts';
import {
  isUndecided,
  openPayment,
  type Payment,
  type PaymentOrder,
  resume,
  type Undecided,
} from '../../domain/payments/payment.ts';
import type { Claims } from '../../ports/claims.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { ProcessorUnavailable } from '../../ports/processor.ts';
import type { PaymentRefused } from '../../ports/response-encoder.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { claimChange } from '../kernel/claim-change.ts';
import {
  type IdempotencyInFlight,
  type IdempotencyKeyReused,
  type IdempotentRequest,
  idempotent,
  type Responded,
  refuseFreely,
} from '../kernel/idempotency.ts';
import { openProcessorConfig } from '../merchants/merchant-secrets.ts';
import { type CompletePaymentPorts, completePayment } from './complete-payment.ts';
import { paymentChange } from './payment-change.ts';
import type { AdmitPayment, RateLimited } from './rate-limit.ts';

export type ProcessPaymentRequest = Omit<PaymentOrder, 'id' | 'route' | 'createdAt'> &
  Readonly<{ origin: Origin }>;

export type ProcessPaymentFailure =
  | AmountNotPositive
  | MerchantInactive
  | PaymentRefused
  | IdempotencyKeyReused
  | IdempotencyInFlight
  | RateLimited
  | ProcessorUnavailable
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Takes a payment: intent on record, processor asked, outcome on record. The same key gives the same response to
 * every repeat, whatever crashed in between; a lease that ran out is resumed, never started again. Two parallel
 * reads, two commits and one processor call when new; the reads alone for a replay. A customer is one read more; a merchant's
 * processor config is none, and is opened before anything is recorded.
 */
export type ProcessPayment = (
  request: ProcessPaymentRequest,
) => ResultAsync<Responded, ProcessPaymentFailure>;

export type ProcessPorts = CompletePaymentPorts &
  Readonly<{ claims: Claims; merchants: Merchants; payments: Payments; vault: Vault; admit: AdmitPayment }>;

export const processPayment =
  (ports: ProcessPorts, terms: ClaimTerms): ProcessPayment =>
  (request) => {
    const { merchantId, idempotencyKey } = request;
    const key: ClaimKey = { merchantId, operation: 'process', key: idempotencyKey };
    const fingerprint = ports.digests.fingerprint(canonicalJson(payloadOf(request)));
    const idempotentRequest: IdempotentRequest = { key, fingerprint, requestId: request.origin.requestId };
    return idempotent<Merchant | undefined, ProcessPaymentFailure>(ports, terms, idempotentRequest, {
      context: () => ports.merchants.find(merchantId),
      start: (merchant) => start(ports, terms, request, idempotentRequest, merchant),
      resume: (claim, merchant) =>
        claim.state === 'calling'
          ? resumePayment(ports, terms, claim, request.origin, merchant)
          : activeMerchant(merchant, merchantId).asyncAndThen(() =>
              resumePayment(ports, terms, claim, request.origin, merchant),
            ),
      current: (claim) => currentResponse(ports, claim),
    });
  };

/** First use of the key: a rule refuses, which leaves the key free, or the intent is recorded and completed. */
function start(
  ports: ProcessPorts,
  terms: ClaimTerms,
  request: ProcessPaymentRequest,
  { key, fingerprint, requestId }: IdempotentRequest,
  found: Merchant | undefined,
) {
  return safeTry<Responded, ProcessPaymentFailure | CommitRefused>(async function* () {
    const merchant = yield* activeMerchant(found, request.merchantId);
    const resolved = await methodOf(ports, request, merchant);
    if (resolved.isErr()) return refuseFreely(ports, key, resolved.error);
    const method = resolved.value;
    const config = yield* openProcessorConfig(ports.vault, merchant);
    const route = ports.processor.routeOf(config);
    if (route === undefined) return refuseFreely(ports, key, { kind: 'ProcessorUnavailable' as const });
    const now = ports.clock.now();
    const step = { changeId: ports.ids.change(now), now };
    const { origin, ...order } = request;
    const opened = yield* openPayment({ ...order, id: ports.ids.payment(now), route, createdAt: now });
    // Last of all, so that a request that is refused uses up nothing.
    yield* ports.admit(merchant);
    const claim = openClaim(key, { fingerprint, requestId, paymentId: opened.id }, step, terms);
    const { change, payment } = paymentChange(ports, {
      at: now,
      origin,
      next: opened,
      transactions: [],
      claim: { expected: 0, next: claim },
    });
    yield* ports.commits.commit(change);
    const held = { claim, payment, origin, config, method };
    return completePayment(ports, terms)(held, { ask: 'charge', clientWaits: true }).map(({ response }) => ({
      response,
      replayed: false,
    }));
  });
}

function currentResponse(ports: ProcessPorts, { merchantId, paymentId, requestId }: Claim) {
  // A refusal whose answer has expired since it was found: the key is free again.
  if (paymentId === undefined) return errAsync<StoredResponse, CommitRefused>({ kind: 'ClaimTaken' });
  return ports.payments
    .find(merchantId, paymentId)
    .mapErr(missing)
    .map((payment) => ports.responses.processed(payment, requestId));
}

function resumePayment(
  ports: ProcessPorts,
  terms: ClaimTerms,
  claim: Calling | Retryable,
  origin: Origin,
  merchant: Merchant | undefined,
) {
  return safeTry<Responded, ResumeFailure>(async function* () {
    const config = yield* openProcessorConfig(ports.vault, merchant);
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
    if (!isUndecided(stored)) return err(movedOn(stored));
    yield* ports.commits.commit(claimChange(guarded, now));
    return finish(stored, 'lookup');

    function finish(payment: Undecided, ask: 'charge' | 'lookup') {
      return completePayment(ports, terms)(
        { claim: held, payment, origin, config },
        { ask, clientWaits: true },
      ).map(({ response }) => ({ response, replayed: false }));
    }
  });
}

type ResumeFailure = ProcessorUnavailable | CommitRefused | KeysUnavailable | StorageUnavailable;

/** What the processor is to charge, or the rule that refuses the request. */
const methodOf = (
  ports: ProcessPorts,
  { merchantId, customerId, paymentMethod, amount }: ProcessPaymentRequest,
  merchant: Merchant,
): ResultAsync<string, PaymentRefused | StorageUnavailable | KeysUnavailable> =>
  ports.paymentMethods
    .resolve(merchantId, customerId, paymentMethod)
    .andThen((method) =>
      ports.processor.accepts(method)
        ? withinLimit(merchant, amount).map(() => method)
        : err({ kind: 'PaymentMethodNotAccepted' as const }),
    );

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
