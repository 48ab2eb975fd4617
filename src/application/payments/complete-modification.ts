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
import type { TransactionId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  ATTENTION_INTERVAL_MS,
  type Attention,
  type AttentionReason,
  differenceOf,
  hasVerdict,
  isAboutSame,
  type Seen,
} from '../../domain/payments/attention.ts';
import {
  complete,
  type Modification,
  type ModificationType,
  modificationOf,
  release,
} from '../../domain/payments/modification.ts';
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
import type { ChargeAbsent } from './ask-for-charge.ts';
import { routedConfig } from './charge-route.ts';
import type { CompletePaymentPorts, Completion } from './complete-payment.ts';
import { paymentChange } from './payment-change.ts';
import { isSilentTooLong, raised, SILENT, seenIn, withoutAttention } from './raise-attention.ts';

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
 * again later; so it does where the answer is not about what was asked, and its payment says then that it needs people. One processor call (two when a lookup finds nothing) and one commit; two reads and a commit more for each
 * change of the payment in the meantime. Outcomes on one payment are committed in turn: each moves the same version on.
 */
export const completeModification =
  (ports: CompleteModificationPorts, terms: ClaimTerms, turns: InTurn) =>
  (held: HeldModification, ask: 'move' | 'lookup'): ResultAsync<Completion, CompleteModificationFailure> => {
    const modification = modificationOf(held.payment, modificationType(held), held.transaction.amount);
    const onNewest = <Done>(
      task: (newest: HeldModification) => ResultAsync<Done, CompleteModificationFailure>,
    ): ResultAsync<Done, CompleteModificationFailure> => {
      let read: Payment | undefined = held.payment;
      const attempt = () => {
        const payment = read === undefined ? rereadPayment(ports, held) : okAsync(read);
        read = undefined;
        return payment.andThen((before) => task({ ...held, payment: before }));
      };
      return turns(held.payment.id, () => retryWhenStale(attempt));
    };
    return verdictOn(ports.processor, held, modification, ask)
      .andThen((said) => {
        const seen = seenOf(said);
        const reason = differenceOf({ amount: modification.amount }, seen, earlierOn(held));
        if (reason !== undefined)
          return onNewest((newest) => keepWaiting(ports, terms, newest, { reason, seen }));
        if ('absent' in said) return errAsync(unknown);
        return onNewest((newest) => conclude(ports, terms, newest, modification, said));
      })
      .orElse((failure) => {
        if (failure.kind !== 'ProcessorOutcomeUnknown') return errAsync(failure);
        const isSilent = isSilentTooLong(held.payment, held.claim.createdAt, ports.clock.now());
        return isSilent
          ? onNewest((newest) => keepWaiting(ports, terms, newest, { reason: 'silence', seen: SILENT }))
          : keepWaiting(ports, terms, held);
      });
  };

/** The id that a modification has at the processor is its own, and no other was asked for. */
function seenOf(said: Verdict | ChargeAbsent): Seen {
  const { processorId: _own, ...seen } = seenIn(said);
  return seen;
}

const aboutOf = ({ transaction, claim }: HeldModification): Required<Pick<Attention, 'modification'>> => ({
  modification: { transactionId: transaction.id, idempotencyKey: claim.key },
});

/** What the processor said of the modification before, if that was a cause for attention. */
const earlierOn = (held: HeldModification): Seen | undefined => {
  const { attention } = held.payment;
  return attention !== undefined && isAboutSame(attention, aboutOf(held)) ? attention.seen : undefined;
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

/** Nothing is sent again on which there was a verdict before: money may have moved, whatever its record says now. */
function verdictOn(
  processor: Processor,
  held: HeldModification,
  modification: Modification,
  ask: 'move' | 'lookup',
): ResultAsync<Verdict | ChargeAbsent, ProcessorOutcomeUnknown> {
  const { payment, transaction, config } = held;
  const earlier = earlierOn(held);
  const isJudged = earlier !== undefined && hasVerdict({ seen: earlier });
  const query = modificationQuery(payment, { id: transaction.id, type: modification.type }, config);
  const order: ModificationOrder = { ...modification, ...query };
  const move = () => processor.move(order).mapErr(() => unknown);
  if (ask === 'move') return move();
  return processor
    .lookup(query)
    .andThen((answer) => ('awaits' in answer ? errAsync(unknown) : okAsync(answer)))
    .orElse((failure): ResultAsync<Verdict | ChargeAbsent, ProcessorOutcomeUnknown> => {
      if (failure.kind !== 'ProcessorHasNoRecord') return errAsync(unknown);
      return isJudged ? okAsync({ absent: true }) : move();
    });
}

/** What a capture, refund or void of a payment is asked about under. */
export const modificationQuery = (
  payment: Payment,
  { id: reference, type }: Readonly<{ id: TransactionId; type: ModificationType }>,
  config: OpenConfig,
): ModificationQuery => ({
  reference,
  merchantId: payment.merchantId,
  config: routedConfig(payment, config),
  type,
  charge: payment.id,
  ...present({ chargeId: payment.processorId }),
});

function conclude(
  ports: CompleteModificationPorts,
  terms: ClaimTerms,
  held: HeldModification,
  modification: Modification,
  verdict: Verdict,
): ResultAsync<Completion, CompleteModificationFailure> {
  const { claim, payment, transaction, origin } = held;
  const now = ports.clock.now();
  const from = withoutAttention(payment, aboutOf(held));
  const next = verdict.approved ? complete(from, modification, now) : release(from, modification, now);
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
  held: HeldModification,
  cause?: Readonly<{ reason: AttentionReason; seen: Seen }>,
): ResultAsync<Completion, CompleteModificationFailure> {
  const { claim, payment, transaction, origin } = held;
  const now = ports.clock.now();
  const response = ports.responses.moved(transaction, claim.requestId);
  const next = cause && raised(payment, { ...cause, ...aboutOf(held) }, now);
  const step = { changeId: ports.ids.change(now), now };
  const mostMs = (next ?? payment).attention === undefined ? undefined : ATTENTION_INTERVAL_MS;
  const guarded = { expected: claim.fence, next: awaitOutcome(claim, response, step, terms, mostMs) };
  const change =
    next === undefined
      ? claimChange(guarded, now)
      : paymentChange(ports, { at: now, origin, before: payment, next, transactions: [], claim: guarded })
          .change;
  return ports.commits.commit(change).map(() => ({ response, ended: false }));
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
