import { errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  type OpenClaim,
  takeOver,
} from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { fail, type Payment, type Processing, resume } from '../../domain/payments/payment.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Commits } from '../../ports/commits.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { Processor, ProcessorUnavailable } from '../../ports/processor.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { claimChange } from '../kernel/claim-change.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import { type InTurn, inTurn } from '../kernel/in-turn.ts';
import { completeModification, heldModification } from './complete-modification.ts';
import {
  type CompletePaymentFailure,
  type CompletePaymentPorts,
  type Completion,
  closeWith,
  completePayment,
} from './complete-payment.ts';
import { paymentChange } from './payment-change.ts';

export type RecoverPorts = CompletePaymentPorts & Readonly<{ claims: Claims; payments: Payments }>;

/** `settled` ended; `waiting` are asked again later; `skipped` were somebody else's by then. */
export type Recovered = Readonly<{ due: number; settled: number; waiting: number; skipped: number }>;

/**
 * Finishes what crashes and silence left open: takes over each due claim, asks the processor for the reference and
 * commits its answer; sends the reference again only when the processor provably has none. Keys that nobody came back
 * for are given up as failed, once the processor has said again that it has nothing. Any number of workers may run it
 * at once. One payment's trouble never holds up another: a claim that a round could not move is passed over for as
 * long as a lease lasts, so that no number of them fills every round.
 */
export type RecoverPayments = (limit: number) => ResultAsync<Recovered, StorageUnavailable>;

const RECOVERIES_AT_ONCE = 16;

export const recoverPayments = (ports: RecoverPorts, terms: ClaimTerms): RecoverPayments => {
  /** When each claim that has not moved since was last tried. */
  const stuck = new Map<string, Instant>();
  const turns = inTurn();

  return (limit) => {
    const now = ports.clock.now();
    // A time ahead of now was noted before the clock stepped back.
    for (const [text, at] of stuck) if (at > now || at + terms.leaseMs <= now) stuck.delete(text);
    return ports.claims.due(now, limit + stuck.size).andThen((found) => {
      const keys = found.filter((key) => !stuck.has(textOf(key))).slice(0, limit);
      return inParallel(keys, RECOVERIES_AT_ONCE, recover).map((ends) => ({
        due: keys.length,
        settled: ends.filter((end) => end === 'settled').length,
        waiting: ends.filter((end) => end === 'waiting').length,
        skipped: ends.filter((end) => end === 'skipped').length,
      }));
    });
  };

  /** Stuck until a commit moves the claim, which also holds when reading it throws. */
  function recover(key: ClaimKey): ResultAsync<End, never> {
    const text = textOf(key);
    stuck.set(text, ports.clock.now());
    const commits: Commits = {
      commit: (change) =>
        ports.commits.commit(change).map(() => {
          stuck.delete(text);
        }),
    };
    return recoverOne({ ...ports, commits }, terms, turns, key);
  }
};

const textOf = ({ merchantId, operation, key }: ClaimKey): string => `${merchantId} ${operation} ${key}`;

type End = 'settled' | 'waiting' | 'skipped';

/** Never an error: what could not be settled now stays due, and the next round meets it again. */
const recoverOne = (
  ports: RecoverPorts,
  terms: ClaimTerms,
  turns: InTurn,
  key: ClaimKey,
): ResultAsync<End, never> =>
  ports.claims
    .find(key, ports.clock.now())
    .andThen((claim): ResultAsync<End, RecoverFailure> => {
      if (claim === undefined || !isDue(claim, ports.clock.now())) return okAsync('skipped');
      return claim.transactionId === undefined
        ? recoverPayment(ports, terms, claim)
        : recoverModification(ports, terms, turns, claim);
    })
    .orElse((failure) => okAsync<End>(waits(failure) ? 'waiting' : 'skipped'));

type RecoverFailure = PaymentNotFound | CompletePaymentFailure;

const recoverModification = (
  ports: RecoverPorts,
  terms: ClaimTerms,
  turns: InTurn,
  claim: OpenClaim,
): ResultAsync<End, RecoverFailure> =>
  heldModification(ports, terms, claim, recoveryOrigin(claim))
    .andThen((held) => completeModification(ports, terms, turns)(held, 'lookup'))
    .map(endOf);

const recoverPayment = (
  ports: RecoverPorts,
  terms: ClaimTerms,
  claim: OpenClaim,
): ResultAsync<End, RecoverFailure> =>
  safeTry(async function* () {
    const payment = yield* ports.payments.find(claim.merchantId, claim.paymentId);
    const now = ports.clock.now();
    const origin = recoveryOrigin(claim);
    const held = takeOver(claim, { changeId: ports.ids.change(now), now }, terms);
    const guarded = { expected: claim.fence, next: held };
    if (claim.state === 'retryable') {
      if (payment.status !== 'pending') return ok<End>('skipped');
      const move = { at: now, origin, before: payment, transactions: [] };
      // An earlier charge may have been on the wire when a later one was refused, and have arrived since.
      if (!(yield* hasRecord(ports.processor, payment))) {
        const given = { ...move, next: fail(payment, GIVEN_UP, now) };
        return closeWith(ports, terms, held, given, claim.fence).map((): End => 'settled');
      }
      const resumed = paymentChange(ports, { ...move, next: resume(payment, now), claim: guarded });
      yield* ports.commits.commit(resumed.change);
      return finish(resumed.payment);
    }
    if (payment.status !== 'processing') return ok<End>('skipped');
    yield* ports.commits.commit(claimChange(guarded, now));
    return finish(payment);

    function finish(processing: Processing) {
      const approach = { ask: 'lookup', clientWaits: false } as const;
      return completePayment(ports, terms)({ claim: held, payment: processing, origin }, approach).map(endOf);
    }
  });

const endOf = ({ ended }: Completion): End => (ended ? 'settled' : 'waiting');

const hasRecord = (processor: Processor, { id }: Payment): ResultAsync<boolean, ProcessorUnavailable> =>
  processor
    .lookup(id)
    .map(() => true)
    .orElse((failure) => (failure.kind === 'ProcessorHasNoRecord' ? okAsync(false) : errAsync(failure)));

const waits = ({ kind }: RecoverFailure): boolean =>
  kind === 'StorageUnavailable' || kind === 'ProcessorUnavailable' || kind === 'KeysUnavailable';

const isDue = (claim: Claim, now: Instant): claim is OpenClaim =>
  claim.state !== 'completed' && claim.dueAt <= now;

const recoveryOrigin = (claim: Claim): Origin => ({
  actor: { id: 'recovery', type: 'system' },
  requestId: claim.requestId,
});

const GIVEN_UP = {
  code: 'processor_unavailable',
  message: 'The processor refused the payment before any effect, and it was not tried again in time.',
} as const;
