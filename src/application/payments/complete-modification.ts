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
import { present } from '../../domain/kernel/present.ts';
import { complete, type Modification, modificationOf, release } from '../../domain/payments/modification.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { decide, type PendingTransaction, verdictIn } from '../../domain/payments/transaction.ts';
import type { Claims } from '../../ports/claims.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type {
  ModificationOrder,
  ModificationQuery,
  OpenConfig,
  Processor,
  ProcessorOutcomeUnknown,
  Verdict,
} from '../../ports/processor.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { claimChange } from '../kernel/claim-change.ts';
import type { InTurn } from '../kernel/in-turn.ts';
import { retryWhenStale } from '../kernel/retry-when-stale.ts';
import { routedConfig } from './charge-route.ts';
import type { CompletePaymentPorts, Completion } from './complete-payment.ts';
import { paymentChange } from './payment-change.ts';

export type CompleteModificationPorts = Omit<CompletePaymentPorts, 'paymentMethods'> &
  Readonly<{ claims: Claims; payments: Payments }>;

/**
 * A modification whose claim is held and whose money is set aside. `payment` may have moved on since it was read; `config` is
 * the merchant's, for the processor alone.
 */
export type HeldModification = Readonly<{
  claim: Calling;
  payment: Payment;
  transaction: PendingTransaction;
  origin: Origin;
  config: OpenConfig;
}>;

type CompleteModificationFailure = CommitRefused | StorageUnavailable;

/**
 * Asks the processor to move what was set aside, under the transaction's id, and commits what it says. `lookup` asks for
 * its record first; `move` is for the first time only. Without an answer the transaction stays pending, its claim due
 * again later. One processor call (two when a lookup finds nothing) and one commit; two reads and a commit more for each
 * change of the payment in the meantime. Outcomes on one payment are committed in turn: each moves the same version on.
 */
export const completeModification =
  (ports: CompleteModificationPorts, terms: ClaimTerms, turns: InTurn) =>
  (held: HeldModification, ask: 'move' | 'lookup'): ResultAsync<Completion, CompleteModificationFailure> => {
    const modification = modificationOf(held.payment, modificationType(held), held.transaction.amount);
    return verdictOn(ports.processor, held, modification, ask)
      .andThen((verdict) => (isAbout(verdict, modification) ? okAsync(verdict) : errAsync(unknown)))
      .andThen((verdict) => {
        let read: Payment | undefined = held.payment;
        const task = () => {
          const payment = read === undefined ? rereadPayment(ports, held) : okAsync(read);
          read = undefined;
          return payment.andThen((before) =>
            conclude(ports, terms, { ...held, payment: before }, modification, verdict),
          );
        };
        return turns(held.payment.id, () => retryWhenStale(task));
      })
      .orElse((failure) =>
        failure.kind === 'ProcessorOutcomeUnknown' ? keepWaiting(ports, terms, held) : errAsync(failure),
      );
  };

/** Takes over the claim of a modification whose holder stopped, with its payment and transaction as they are now. */
export const heldModification = (
  ports: CompleteModificationPorts,
  terms: ClaimTerms,
  claim: OpenClaim,
  origin: Origin,
  config: OpenConfig,
): ResultAsync<HeldModification, CompleteModificationFailure> =>
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
    return ok({ claim: held, payment, transaction, origin, config });
  });

const unknown: ProcessorOutcomeUnknown = { kind: 'ProcessorOutcomeUnknown' };

function verdictOn(
  processor: Processor,
  { payment, transaction, config }: HeldModification,
  modification: Modification,
  ask: 'move' | 'lookup',
): ResultAsync<Verdict, ProcessorOutcomeUnknown> {
  const query: ModificationQuery = {
    reference: transaction.id,
    merchantId: payment.merchantId,
    config: routedConfig(payment, config),
    type: modification.type,
    charge: payment.id,
    ...present({ chargeId: payment.processorId }),
  };
  const order: ModificationOrder = { ...modification, ...query };
  const move = () => processor.move(order).mapErr(() => unknown);
  if (ask === 'move') return move();
  return processor
    .lookup(query)
    .andThen((answer) => ('awaits' in answer ? errAsync(unknown) : okAsync(answer)))
    .orElse((failure) => (failure.kind === 'ProcessorHasNoRecord' ? move() : errAsync(unknown)));
}

const isAbout = ({ amount }: Verdict, modification: Modification): boolean =>
  amount.minorUnits === modification.amount.minorUnits && amount.currency === modification.amount.currency;

function conclude(
  ports: CompleteModificationPorts,
  terms: ClaimTerms,
  { claim, payment, transaction, origin }: HeldModification,
  modification: Modification,
  verdict: Verdict,
): ResultAsync<Completion, CompleteModificationFailure> {
  const now = ports.clock.now();
  const next = verdict.approved ? complete(payment, modification, now) : release(payment, modification, now);
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
  const response = ports.responses.moved(decided, claim.requestId);
  const closed = completeClaim(claim, response, { changeId: ports.ids.change(now), now }, terms);
  const { change } = paymentChange<Payment>(ports, {
    at: now,
    origin,
    before: payment,
    next,
    transactions: [{ before: transaction, next: decided }],
    claim: { expected: claim.fence, next: closed },
  });
  return ports.commits.commit(change).map(() => ({ response, ended: true }));
}

function keepWaiting(
  ports: CompleteModificationPorts,
  terms: ClaimTerms,
  { claim, transaction }: HeldModification,
): ResultAsync<Completion, CompleteModificationFailure> {
  const now = ports.clock.now();
  const response = ports.responses.moved(transaction, claim.requestId);
  const waiting = awaitOutcome(claim, response, { changeId: ports.ids.change(now), now }, terms);
  return ports.commits
    .commit(claimChange({ expected: claim.fence, next: waiting }, now))
    .map(() => ({ response, ended: false }));
}

/**
 * The payment as it is now, while the modification is still set aside on it. The payment is read first: what was pending after
 * that was so before.
 */
const rereadPayment = (
  { payments }: CompleteModificationPorts,
  { payment: { merchantId, id }, transaction }: HeldModification,
): ResultAsync<Payment, CompleteModificationFailure> =>
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

function modificationType({ transaction }: HeldModification) {
  if (transaction.type === 'authorization') throw new Error(`${transaction.id} is no movement`);
  return transaction.type;
}

/** A modification is committed with its payment, so a modification without it is a defect. */
function missing(failure: PaymentNotFound | StorageUnavailable): StorageUnavailable {
  if (failure.kind === 'PaymentNotFound') throw new Error(`claimed payment ${failure.id} does not exist`);
  return failure;
}
