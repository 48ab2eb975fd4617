import { err, errAsync, ok, okAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  type Answer,
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  openClaim,
  refusedClaim,
} from '../../domain/kernel/claim.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import { activeMerchant, type Merchant, type MerchantInactive } from '../../domain/merchants/merchant.ts';
import { type MovementRefused, type MovementRequest, reserve } from '../../domain/payments/modification.ts';
import type { AmountNotPositive } from '../../domain/payments/payment.ts';
import { openTransaction } from '../../domain/payments/transaction.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { PaymentNotFound } from '../../ports/payments.ts';
import type { Refusal } from '../../ports/response-encoder.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import {
  type Answered,
  type IdempotencyInFlight,
  type IdempotencyKeyReused,
  type Keyed,
  underKey,
} from '../kernel/idempotency.ts';
import { type InTurn, inTurn } from '../kernel/in-turn.ts';
import {
  againWhenStale,
  type HeldMovement,
  heldMovement,
  type MovementPorts,
  settleMovement,
} from './complete-modification.ts';
import { claimChange, paymentChange } from './payment-change.ts';

export type MovePaymentRequest = Readonly<{
  merchantId: MerchantId;
  paymentId: PaymentId;
  idempotencyKey: string;
  movement: MovementRequest;
  /** Of a refund, in the merchant's words. */
  reason?: string;
  origin: Origin;
}>;

export type MovePaymentFailure =
  | PaymentNotFound
  | AmountNotPositive
  | MerchantInactive
  | IdempotencyKeyReused
  | IdempotencyInFlight
  | StorageUnavailable;

/**
 * Captures, refunds or voids: the money is set aside on the payment, the processor asked, the outcome put on record. What
 * has been set aside is carried through, by recovery if need be: a silent or absent processor makes the answer "pending",
 * never a second movement. Of movements that do not fit together exactly one is taken on. Three reads, two commits and
 * one processor call when new; one read more for each rival that was quicker; two reads for a replay.
 */
export type MovePayment = (request: MovePaymentRequest) => ResultAsync<Answered, MovePaymentFailure>;

export type MovePorts = MovementPorts & Readonly<{ merchants: Merchants }>;

export const movePayment = (ports: MovePorts, terms: ClaimTerms): MovePayment => {
  const turns = inTurn();
  return (request) => {
    const { merchantId, idempotencyKey, movement, origin } = request;
    const key: ClaimKey = { merchantId, operation: movement.type, key: idempotencyKey };
    const fingerprint = ports.digests.fingerprint(canonicalJson(payloadOf(request)));
    const keyed: Keyed = { key, fingerprint, requestId: origin.requestId };
    return underKey<Merchant | undefined, MovePaymentFailure>(ports, terms, keyed, {
      beside: () => ports.merchants.find(merchantId),
      start: (merchant) =>
        activeMerchant(merchant, merchantId).asyncAndThen(() => start(ports, terms, turns, request, keyed)),
      carryOn: (claim) =>
        heldMovement(ports, terms, claim, origin).andThen((held) =>
          settleMovement(ports, terms, turns)(held, 'lookup').map(answered),
        ),
      current: (claim) => currentAnswer(ports, claim),
    });
  };
};

/** What the key's first use comes to: a movement set aside, or the answer of a rule that refused it. */
type Begun = Readonly<{ held: HeldMovement }> | Readonly<{ refused: Answer }>;

/** Movements of one payment begin one after the other, so that only another process can be quicker. */
const start = (
  ports: MovePorts,
  terms: ClaimTerms,
  turns: InTurn,
  request: MovePaymentRequest,
  keyed: Keyed,
): ResultAsync<Answered, MovePaymentFailure | CommitRefused> =>
  turns(request.paymentId, () => againWhenStale(() => begin(ports, terms, request, keyed))).andThen(
    (begun): ResultAsync<Answered, MovePaymentFailure | CommitRefused> =>
      'held' in begun
        ? settleMovement(ports, terms, turns)(begun.held, 'move').map(answered)
        : okAsync({ answer: begun.refused, replayed: false }),
  );

function begin(
  ports: MovePorts,
  terms: ClaimTerms,
  { merchantId, paymentId, movement, reason, origin }: MovePaymentRequest,
  { key, fingerprint, requestId }: Keyed,
): ResultAsync<Begun, MovePaymentFailure | CommitRefused> {
  return safeTry(async function* () {
    const before = yield* ports.payments.find(merchantId, paymentId);
    const now = ports.clock.now();
    const step = { changeId: ports.ids.change(now), now };
    const reserved = reserve(before, movement, now);
    if (reserved.isErr()) {
      const refusal = yield* lasting(reserved.error);
      const answer = ports.answers.refused(refusal, requestId);
      const claim = refusedClaim(key, { fingerprint, requestId, answer }, step, terms);
      return ports.commits
        .commit(claimChange({ expected: 0, next: claim }, now))
        .map((): Begun => ({ refused: answer }));
    }
    const transaction = openTransaction({
      id: ports.ids.transaction(now),
      merchantId,
      paymentId,
      type: movement.type,
      amount: reserved.value.movement.amount,
      ...(reason === undefined ? {} : { reason }),
      createdAt: now,
    });
    const facts = { fingerprint, requestId, paymentId, transactionId: transaction.id };
    const claim = openClaim(key, facts, step, terms);
    const { change, payment, transactions } = paymentChange(ports, {
      at: now,
      origin,
      before,
      next: reserved.value.payment,
      transactions: [{ next: transaction }],
      claim: { expected: 0, next: claim },
    });
    const [opened] = transactions;
    if (opened?.status !== 'pending') throw new Error(`movement ${transaction.id} was not opened`);
    return ports.commits
      .commit(change)
      .map((): Begun => ({ held: { claim, payment, transaction: opened, origin } }));
  });
}

/** A mistake in the request itself is not worth keeping under its key. */
const lasting = (refusal: MovementRefused): Result<Refusal, AmountNotPositive> =>
  refusal.kind === 'AmountNotPositive' ? err(refusal) : ok(refusal);

const answered = ({ answer }: Readonly<{ answer: Answer }>): Answered => ({ answer, replayed: false });

function currentAnswer(ports: MovePorts, { merchantId, paymentId, transactionId, requestId }: Claim) {
  // A refusal whose answer has expired since it was found: the key is free again.
  if (paymentId === undefined) return errAsync<Answer, CommitRefused>({ kind: 'ClaimTaken' });
  return ports.payments.transactionsOf(merchantId, paymentId).map((transactions) => {
    const transaction = transactions.find(({ id }) => id === transactionId);
    if (transaction === undefined) throw new Error(`claimed transaction ${transactionId} does not exist`);
    return ports.answers.moved(transaction, requestId);
  });
}

/** What makes two requests the same one; the key and who asked are not part of it. */
const payloadOf = ({ paymentId, movement, reason }: MovePaymentRequest) => ({
  operation: movement.type,
  payment_id: paymentId,
  ...('amount' in movement ? { amount: movement.amount } : {}),
  ...('final' in movement ? { final: movement.final } : {}),
  reason,
});
