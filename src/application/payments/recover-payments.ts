import { errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  type OpenClaim,
  type Retryable,
  takeOver,
  withholdClaim,
} from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { ATTENTION_INTERVAL_MS, isForgotten } from '../../domain/payments/attention.ts';
import {
  fail,
  isUndecided,
  type Payment,
  type Pending,
  resume,
  type Undecided,
} from '../../domain/payments/payment.ts';
import type { Claims } from '../../ports/claims.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type {
  OpenConfig,
  Processor,
  ProcessorRecordNotKnown,
  ProcessorUnavailable,
} from '../../ports/processor.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { claimChange } from '../kernel/claim-change.ts';
import { type InTurn, inTurn } from '../kernel/in-turn.ts';
import { type RecoveryEnd, type RecoveryRound, recoveryRound } from '../kernel/recovery-round.ts';
import { openProcessorConfig } from '../merchants/merchant-secrets.ts';
import { chargeQuery, isOpened } from './ask-for-charge.ts';
import { completeModification, heldModification } from './complete-modification.ts';
import {
  type CompletePaymentFailure,
  type CompletePaymentPorts,
  type Completion,
  closeWith,
  completePayment,
} from './complete-payment.ts';
import { paymentChange } from './payment-change.ts';
import { raised, SILENT, withoutAttention } from './raise-attention.ts';

export type RecoverPorts = CompletePaymentPorts &
  Readonly<{ claims: Claims; merchants: Merchants; payments: Payments; vault: Vault }>;

/**
 * Finishes what crashes and silence left open: takes over each due claim, asks the processor for the reference and
 * commits its answer; sends the reference again only when the processor provably has none. Keys that no client
 * repeated are given up as failed, once the processor has said again that it has nothing; one that says nothing for a day
 * leaves the payment pending and in attention. Any number of workers may run it at once. `recoveryRound` says what becomes of
 * a claim that cannot be moved. A claim is one read more than its request was, of the merchant, whose config of now says how to reach the processor that the charge went to.
 */
export type RecoverPayments = RecoveryRound;

export const recoverPayments = (ports: RecoverPorts, terms: ClaimTerms): RecoverPayments => {
  const turns = inTurn();
  return recoveryRound<ClaimKey>({
    clock: ports.clock,
    leaseMs: terms.leaseMs,
    due: (now, limit) => ports.claims.due(now, limit),
    nameOf: ({ merchantId, operation, key }) => `${merchantId} ${operation} ${key}`,
    recover: (key, moved) =>
      recoverOne({ ...ports, commits: afterEach(ports.commits, moved) }, terms, turns, key),
  });
};

const afterEach = (commits: Commits, moved: () => void): Commits => ({
  commit: (change) => commits.commit(change).map(moved),
});

/** Never an error: what could not be settled now stays due, and the next round meets it again. */
const recoverOne = (
  ports: RecoverPorts,
  terms: ClaimTerms,
  turns: InTurn,
  key: ClaimKey,
): ResultAsync<RecoveryEnd, never> =>
  ports.claims
    .find(key, ports.clock.now())
    .andThen((claim): ResultAsync<RecoveryEnd, RecoverFailure> => {
      if (claim === undefined || !isDue(claim, ports.clock.now())) return okAsync('skipped');
      return ports.merchants
        .find(claim.merchantId)
        .andThen((merchant) => openProcessorConfig(ports.vault, merchant))
        .andThen((config) =>
          claim.transactionId === undefined
            ? recoverPayment(ports, terms, claim, config)
            : recoverModification(ports, terms, turns, claim, config),
        );
    })
    .orElse((failure) => okAsync<RecoveryEnd>(waits(failure) ? 'waiting' : 'skipped'));

type RecoverFailure = PaymentNotFound | ProcessorRecordNotKnown | CompletePaymentFailure;

const recoverModification = (
  ports: RecoverPorts,
  terms: ClaimTerms,
  turns: InTurn,
  claim: OpenClaim,
  config: OpenConfig,
): ResultAsync<RecoveryEnd, RecoverFailure> =>
  heldModification(ports, terms, claim, recoveryOrigin(claim), config)
    .andThen((held) => completeModification(ports, terms, turns)(held, 'lookup'))
    .map(endOf);

const recoverPayment = (
  ports: RecoverPorts,
  terms: ClaimTerms,
  claim: OpenClaim,
  config: OpenConfig,
): ResultAsync<RecoveryEnd, RecoverFailure> =>
  safeTry(async function* () {
    const payment = yield* ports.payments.find(claim.merchantId, claim.paymentId);
    const now = ports.clock.now();
    const origin = recoveryOrigin(claim);
    const held = takeOver(claim, { changeId: ports.ids.change(now), now }, terms);
    const guarded = { expected: claim.fence, next: held };
    if (claim.state === 'retryable') {
      if (payment.status !== 'pending') return ok<RecoveryEnd>('skipped');
      const move = { at: now, origin, before: payment, transactions: [] };
      // An earlier charge may have been on the wire when a later one was refused, and have arrived since.
      const recorded = await hasRecord(ports.processor, payment, config);
      if (recorded.isErr() && isForgotten(claim.createdAt + terms.keepResponsesMs, now))
        return withhold(ports, claim, payment, origin);
      if (!(yield* recorded)) {
        const given = { ...move, next: fail(withoutAttention(payment), GIVEN_UP, now) };
        return closeWith(ports, terms, held, given, claim.fence).map((): RecoveryEnd => 'settled');
      }
      const resumed = paymentChange(ports, { ...move, next: resume(payment, now), claim: guarded });
      yield* ports.commits.commit(resumed.change);
      return finish(resumed.payment);
    }
    if (!isUndecided(payment)) return ok<RecoveryEnd>('skipped');
    yield* ports.commits.commit(claimChange(guarded, now));
    return finish(payment);

    function finish(undecided: Undecided) {
      const approach = { ask: 'lookup', clientWaits: false } as const;
      return completePayment(ports, terms)({ claim: held, payment: undecided, origin, config }, approach).map(
        endOf,
      );
    }
  });

/** Says that a payment needs people of which the processor's record cannot be read, and is sent nothing again. */
function withhold(
  ports: RecoverPorts,
  claim: Retryable,
  before: Pending,
  origin: Origin,
): ResultAsync<RecoveryEnd, CommitRefused | StorageUnavailable> {
  const now = ports.clock.now();
  const next = raised(before, { reason: 'silence', seen: SILENT }, now);
  const later = withholdClaim(claim, { changeId: ports.ids.change(now), now }, ATTENTION_INTERVAL_MS);
  const guarded = { expected: claim.fence, next: later };
  const change =
    next === undefined
      ? claimChange(guarded, now)
      : paymentChange(ports, { at: now, origin, before, next, transactions: [], claim: guarded }).change;
  return ports.commits.commit(change).map((): RecoveryEnd => 'waiting');
}

const endOf = ({ ended }: Completion): RecoveryEnd => (ended ? 'settled' : 'waiting');

/** Whether the processor's record may hold money: a charge that it only opened holds none. */
const hasRecord = (
  processor: Processor,
  payment: Payment,
  config: OpenConfig,
): ResultAsync<boolean, ProcessorUnavailable | ProcessorRecordNotKnown> =>
  processor
    .lookup(chargeQuery(payment, config))
    .map((answer) => !isOpened(answer))
    .orElse((failure) => (failure.kind === 'ProcessorHasNoRecord' ? okAsync(false) : errAsync(failure)));

const waits = ({ kind }: RecoverFailure): boolean =>
  kind === 'StorageUnavailable' ||
  kind === 'ProcessorUnavailable' ||
  kind === 'ProcessorRecordNotKnown' ||
  kind === 'KeysUnavailable';

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
