import { errAsync, ok, okAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  type Operation,
  openClaim,
  respondedClaim,
  type StoredResponse,
} from '../../domain/kernel/claim.ts';
import {
  atExpectedVersion,
  type Expecting,
  type VersionMismatch,
} from '../../domain/kernel/expected-version.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import type { Money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import { type InsufficientFunds, withinFunds } from '../../domain/ledger/ledger.ts';
import { activeMerchant, type Merchant, type MerchantInactive } from '../../domain/merchants/merchant.ts';
import {
  type ModificationRefused,
  type ModificationRequest,
  reserve,
} from '../../domain/payments/modification.ts';
import type { RequiresAction } from '../../domain/payments/payment.ts';
import { openTransaction } from '../../domain/payments/transaction.ts';
import type { Balances } from '../../ports/balances.ts';
import type { CommitRefused, Spending } from '../../ports/commits.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { PaymentNotFound } from '../../ports/payments.ts';
import type { OpenConfig, ProcessorUnavailable } from '../../ports/processor.ts';
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
import { type InTurn, inTurn } from '../kernel/in-turn.ts';
import { retryWhenStale } from '../kernel/retry-when-stale.ts';
import { openProcessorConfig } from '../merchants/merchant-secrets.ts';
import type { AskAgainPorts } from './ask-again.ts';
import { cancelWaiting, voidOfUncharged } from './cancel-waiting.ts';
import {
  type CompleteModificationPorts,
  completeModification,
  type HeldModification,
  heldModification,
} from './complete-modification.ts';
import { paymentChange } from './payment-change.ts';
import { isStored } from './stored-refusals.ts';

export type ModifyPaymentRequest = Expecting &
  Readonly<{
    merchantId: MerchantId;
    paymentId: PaymentId;
    idempotencyKey: string;
    modification: ModificationRequest;
    /** What the key is spent on, where that is not the modification's own type. */
    operation?: Operation;
    /** Of a refund, in the merchant's words; of a void, `AUTHORIZATION_EXPIRED` or nothing. */
    reason?: string;
    origin: Origin;
  }>;

export type ModifyPaymentFailure =
  | PaymentNotFound
  | VersionMismatch
  | ModificationRefused
  | MerchantInactive
  | InsufficientFunds
  | IdempotencyKeyReused
  | IdempotencyInFlight
  | ProcessorUnavailable
  | KeysUnavailable
  | StorageUnavailable;

/**
 * Captures, refunds or voids: the money is set aside on the payment, the processor asked, the outcome put on record. What
 * has been set aside is carried through, by recovery if need be: a silent or absent processor makes the answer "pending",
 * never a second modification. Of modifications that do not fit together exactly one is taken on. Three reads, two commits and
 * one processor call when new, one read more for a refund of a merchant whose refunds need the balance; one read more for each
 * rival that was quicker; two reads for a replay. A void of a payment that waits for its customer cancels the charge, under the
 * payment's own claim: asked for again, it finds that done.
 */
export type ModifyPayment = (request: ModifyPaymentRequest) => ResultAsync<Responded, ModifyPaymentFailure>;

export type ModifyPorts = CompleteModificationPorts &
  AskAgainPorts &
  Readonly<{ merchants: Merchants; balances: Balances; vault: Vault }>;

export const modifyPayment = (ports: ModifyPorts, terms: ClaimTerms): ModifyPayment => {
  const turns = inTurn();
  return (request) => {
    const { merchantId, idempotencyKey, modification, origin } = request;
    const { operation = modification.type } = request;
    const key: ClaimKey = { merchantId, operation, key: idempotencyKey };
    const fingerprint = ports.digests.fingerprint(canonicalJson(payloadOf(request)));
    const idempotentRequest: IdempotentRequest = { key, fingerprint, requestId: origin.requestId };
    return idempotent<Merchant | undefined, ModifyPaymentFailure>(ports, terms, idempotentRequest, {
      context: () => ports.merchants.find(merchantId),
      start: (merchant) =>
        mayModify(merchant, request)
          .asyncAndThen(() => openProcessorConfig(ports.vault, merchant))
          .andThen((config) =>
            start(
              ports,
              terms,
              turns,
              { ...request, config, needsBalance: needsBalance(merchant, request) },
              idempotentRequest,
            ),
          ),
      resume: (claim, merchant) =>
        openProcessorConfig(ports.vault, merchant)
          .andThen((config) => heldModification(ports, terms, claim, origin, config))
          .andThen((held) => completeModification(ports, terms, turns)(held, 'lookup').map(responded)),
      current: (claim) => currentResponse(ports, claim),
    });
  };
};

/** A suspended merchant takes no more money, but what it took and holds can always go back. */
const mayModify = (
  merchant: Merchant | undefined,
  { merchantId, modification: { type } }: ModifyPaymentRequest,
): Result<unknown, MerchantInactive> =>
  type === 'capture' ? activeMerchant(merchant, merchantId) : ok(merchant);

const needsBalance = (merchant: Merchant | undefined, { modification }: ModifyPaymentRequest): boolean =>
  modification.type === 'refund' && merchant?.refundsNeedBalance === true;

/** The request, whether it has to find its amount on the merchant's balance, and the merchant's config. */
type Judged = ModifyPaymentRequest & Readonly<{ needsBalance: boolean; config: OpenConfig }>;

/**
 * What the key's first use comes to: a modification set aside, the answer that stands already or of a rule that refused it, or a
 * payment of which there is nothing to modify before its customer has acted.
 */
type Begun =
  | Readonly<{ held: HeldModification }>
  | Readonly<{ answered: StoredResponse }>
  | Readonly<{ waiting: RequiresAction }>;

/** Modifications of one payment, or of one balance, begin one after the other, so that only another process can be quicker. */
const start = (
  ports: ModifyPorts,
  terms: ClaimTerms,
  turns: InTurn,
  request: Judged,
  idempotentRequest: IdempotentRequest,
): ResultAsync<Responded, ModifyPaymentFailure | CommitRefused> =>
  turns(request.needsBalance ? request.merchantId : request.paymentId, () =>
    retryWhenStale(() => begin(ports, terms, request, idempotentRequest)),
  ).andThen((begun): ResultAsync<Responded, ModifyPaymentFailure | CommitRefused> => {
    if ('answered' in begun) return okAsync({ response: begun.answered, replayed: false });
    if ('held' in begun) return completeModification(ports, terms, turns)(begun.held, 'move').map(responded);
    const { expectedVersions: _seen, ...rest } = request;
    return cancelWaiting(ports, terms, { ...request, payment: begun.waiting }).andThen(() =>
      start(ports, terms, turns, rest, idempotentRequest),
    );
  });

function begin(
  ports: ModifyPorts,
  terms: ClaimTerms,
  {
    merchantId,
    paymentId,
    modification,
    needsBalance: isGuarded,
    config,
    reason,
    origin,
    ...expecting
  }: Judged,
  { key, fingerprint, requestId }: IdempotentRequest,
): ResultAsync<Begun, ModifyPaymentFailure | CommitRefused> {
  return safeTry(async function* () {
    const before = yield* ports.payments.find(merchantId, paymentId);
    const expected = atExpectedVersion(before, expecting);
    if (expected.isErr()) return refuseFreely(ports, key, expected.error);
    const now = ports.clock.now();
    const step = { changeId: ports.ids.change(now), now };
    const answered = (response: StoredResponse) => {
      const next = respondedClaim(key, { fingerprint, requestId, response }, step, terms);
      return ports.commits
        .commit(claimChange({ expected: 0, next }, now))
        .map((): Begun => ({ answered: response }));
    };
    if (modification.type === 'void') {
      if (before.status === 'requires_action') return ok<Begun>({ waiting: before });
      const done = yield* voidOfUncharged(ports, before);
      if (done !== undefined) return answered(ports.responses.moved(done, requestId));
    }
    const reserved = reserve(before, modification, now);
    if (reserved.isErr()) {
      const refusal = reserved.error;
      return isStored(refusal, before)
        ? answered(ports.responses.refused(refusal, requestId))
        : refuseFreely(ports, key, refusal);
    }
    const { amount } = reserved.value.modification;
    const spending = isGuarded ? yield* spendingOf(ports, key, merchantId, amount) : undefined;
    const transaction = openTransaction({
      id: ports.ids.transaction(now),
      merchantId,
      paymentId,
      type: modification.type,
      amount,
      ...present({ reason }),
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
      ...present({ spending }),
    });
    const [opened] = transactions;
    if (opened?.status !== 'pending') throw new Error(`movement ${transaction.id} was not opened`);
    return ports.commits
      .commit(change)
      .map((): Begun => ({ held: { claim, payment, transaction: opened, origin, config } }));
  });
}

/** Holds the balance still that the refund is taken from, so that nothing else spends it meanwhile. */
const spendingOf = (
  ports: ModifyPorts,
  key: ClaimKey,
  merchantId: MerchantId,
  amount: Money,
): ResultAsync<Spending, InsufficientFunds | CommitRefused | StorageUnavailable> =>
  ports.balances.of(merchantId, amount.currency).andThen(([balance]) =>
    withinFunds(balance?.available ?? 0n, amount).match(
      ({ currency }) => okAsync({ merchantId, currency, expected: balance?.spendings ?? 0 }),
      (refusal) => refuseFreely(ports, key, refusal),
    ),
  );

const responded = ({ response }: Readonly<{ response: StoredResponse }>): Responded => ({
  response,
  replayed: false,
});

function currentResponse(ports: ModifyPorts, { merchantId, paymentId, transactionId, requestId }: Claim) {
  // A refusal whose answer has expired since it was found: the key is free again.
  if (paymentId === undefined) return errAsync<StoredResponse, CommitRefused>({ kind: 'ClaimTaken' });
  return ports.payments.transactionsOf(merchantId, paymentId).map((transactions) => {
    const transaction = transactions.find(({ id }) => id === transactionId);
    if (transaction === undefined) throw new Error(`claimed transaction ${transactionId} does not exist`);
    return ports.responses.moved(transaction, requestId);
  });
}

/** What makes two requests the same one; the key and who asked are not part of it. */
const payloadOf = ({ paymentId, modification, reason }: ModifyPaymentRequest) => ({
  operation: modification.type,
  payment_id: paymentId,
  ...('amount' in modification ? { amount: modification.amount } : {}),
  ...('final' in modification ? { final: modification.final } : {}),
  reason,
});
