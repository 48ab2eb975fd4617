import { err, errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  awaitOutcome,
  type Calling,
  type ClaimTerms,
  completeClaim,
  type OpenClaim,
  takeOver,
} from '../../domain/kernel/claim.ts';
import { complete, type Movement, movementOf, release } from '../../domain/payments/modification.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { decide, type PendingTransaction, verdictIn } from '../../domain/payments/transaction.ts';
import type { Claims } from '../../ports/claims.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { MovementOrder, Processor, ProcessorOutcomeUnknown, Verdict } from '../../ports/processor.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { InTurn } from '../kernel/in-turn.ts';
import type { Settled, SettlePorts } from './complete-payment.ts';
import { claimChange, paymentChange } from './payment-change.ts';

export type MovementPorts = Omit<SettlePorts, 'paymentMethods'> &
  Readonly<{ claims: Claims; payments: Payments }>;

/** A movement whose claim we hold and whose money is set aside. `payment` may have moved on since it was read. */
export type HeldMovement = Readonly<{
  claim: Calling;
  payment: Payment;
  transaction: PendingTransaction;
  origin: Origin;
}>;

type SettleMovementFailure = CommitRefused | StorageUnavailable;

/**
 * Asks the processor to move what was set aside, under the transaction's id, and commits what it says. `lookup` asks for
 * its record first; `move` is for the first time only. Without an answer the transaction stays pending, its claim due
 * again later. One processor call (two when a lookup finds nothing) and one commit; two reads and a commit more for each
 * change of the payment in the meantime. Outcomes on one payment are committed in turn: each moves the same version on.
 */
export const settleMovement =
  (ports: MovementPorts, terms: ClaimTerms, turns: InTurn) =>
  (held: HeldMovement, ask: 'move' | 'lookup'): ResultAsync<Settled, SettleMovementFailure> => {
    const movement = movementOf(held.payment, movementType(held), held.transaction.amount);
    return verdictOn(ports.processor, held, movement, ask)
      .andThen((verdict) => (isAbout(verdict, movement) ? okAsync(verdict) : errAsync(unknown)))
      .andThen((verdict) => {
        let read: Payment | undefined = held.payment;
        const task = () => {
          const payment = read === undefined ? rereadPayment(ports, held) : okAsync(read);
          read = undefined;
          return payment.andThen((before) =>
            conclude(ports, terms, { ...held, payment: before }, movement, verdict),
          );
        };
        return turns(held.payment.id, () => againWhenStale(task));
      })
      .orElse((failure) =>
        failure.kind === 'ProcessorOutcomeUnknown' ? keepWaiting(ports, terms, held) : errAsync(failure),
      );
  };

/** Takes over the claim of a movement that somebody left, with its payment and transaction as they are now. */
export const heldMovement = (
  ports: MovementPorts,
  terms: ClaimTerms,
  claim: OpenClaim,
  origin: Origin,
): ResultAsync<HeldMovement, SettleMovementFailure> =>
  safeTry(async function* () {
    const { merchantId, paymentId, transactionId } = claim;
    const payment = yield* ports.payments.find(merchantId, paymentId).mapErr(missing);
    const transactions = yield* ports.payments.transactionsOf(merchantId, paymentId);
    const transaction = transactions.find(({ id }) => id === transactionId);
    if (transaction === undefined) throw new Error(`claimed transaction ${transactionId} does not exist`);
    if (transaction.status !== 'pending') return err({ kind: 'StaleVersion' as const, id: transaction.id });
    const now = ports.clock.now();
    const held = takeOver(claim, { changeId: ports.ids.change(now), now }, terms);
    yield* ports.commits.commit(claimChange({ expected: claim.fence, next: held }, now));
    return ok({ claim: held, payment, transaction, origin });
  });

/** How often a change is decided again when the payment has moved on in the meantime. */
const MOST_TRIES = 24;

/** Decides again on a fresh read for as long as rivals are quicker, within bounds; of rivals one always gets ahead. */
export const againWhenStale = <Done, Failure extends Readonly<{ kind: string }>>(
  task: () => ResultAsync<Done, Failure>,
  left: number = MOST_TRIES,
): ResultAsync<Done, Failure> =>
  task().orElse((failure) =>
    failure.kind === 'StaleVersion' && left > 1 ? againWhenStale(task, left - 1) : errAsync(failure),
  );

const unknown: ProcessorOutcomeUnknown = { kind: 'ProcessorOutcomeUnknown' };

function verdictOn(
  processor: Processor,
  { payment, transaction }: HeldMovement,
  movement: Movement,
  ask: 'move' | 'lookup',
): ResultAsync<Verdict, ProcessorOutcomeUnknown> {
  const order: MovementOrder = {
    ...movement,
    reference: transaction.id,
    charge: payment.id,
    merchantId: payment.merchantId,
  };
  const move = () => processor.move(order).mapErr(() => unknown);
  if (ask === 'move') return move();
  return processor
    .lookup(transaction.id)
    .orElse((failure) => (failure.kind === 'ProcessorHasNoRecord' ? move() : errAsync(unknown)));
}

const isAbout = ({ amount }: Verdict, movement: Movement): boolean =>
  amount.minorUnits === movement.amount.minorUnits && amount.currency === movement.amount.currency;

function conclude(
  ports: MovementPorts,
  terms: ClaimTerms,
  { claim, payment, transaction, origin }: HeldMovement,
  movement: Movement,
  verdict: Verdict,
): ResultAsync<Settled, SettleMovementFailure> {
  const now = ports.clock.now();
  const next = verdict.approved ? complete(payment, movement, now) : release(payment, movement, now);
  const decided = decide(
    transaction,
    verdict.approved ? 'succeeded' : 'failed',
    verdictIn(verdict),
    now,
  ).match(
    (done) => done,
    ({ status }) => {
      throw new Error(`transaction ${transaction.id} is ${status}`);
    },
  );
  const answer = ports.answers.moved(decided, claim.requestId);
  const closed = completeClaim(claim, answer, { changeId: ports.ids.change(now), now }, terms);
  const { change } = paymentChange<Payment>(ports, {
    at: now,
    origin,
    before: payment,
    next,
    transactions: [{ before: transaction, next: decided }],
    claim: { expected: claim.fence, next: closed },
  });
  return ports.commits.commit(change).map(() => ({ answer: closed.kept?.answer ?? answer, ended: true }));
}

function keepWaiting(
  ports: MovementPorts,
  terms: ClaimTerms,
  { claim, transaction }: HeldMovement,
): ResultAsync<Settled, SettleMovementFailure> {
  const now = ports.clock.now();
  const answer = ports.answers.moved(transaction, claim.requestId);
  const waiting = awaitOutcome(claim, answer, { changeId: ports.ids.change(now), now }, terms);
  return ports.commits
    .commit(claimChange({ expected: claim.fence, next: waiting }, now))
    .map(() => ({ answer: waiting.kept?.answer ?? answer, ended: false }));
}

/**
 * The payment as it is now, while the movement is still set aside on it. The payment is read first: what was pending after
 * that was so before.
 */
const rereadPayment = (
  { payments }: MovementPorts,
  { payment: { merchantId, id }, transaction }: HeldMovement,
): ResultAsync<Payment, SettleMovementFailure> =>
  payments
    .find(merchantId, id)
    .mapErr(missing)
    .andThen((payment) =>
      payments
        .transactionsOf(merchantId, id)
        .andThen((transactions) =>
          transactions.some((each) => each.id === transaction.id && each.status === 'pending')
            ? okAsync(payment)
            : errAsync({ kind: 'FenceLost' as const }),
        ),
    );

function movementType({ transaction }: HeldMovement) {
  if (transaction.type === 'authorization') throw new Error(`${transaction.id} is no movement`);
  return transaction.type;
}

/** A movement is committed with its payment, so a movement without it is a defect. */
function missing(failure: PaymentNotFound | StorageUnavailable): StorageUnavailable {
  if (failure.kind === 'PaymentNotFound') throw new Error(`claimed payment ${failure.id} does not exist`);
  return failure;
}
