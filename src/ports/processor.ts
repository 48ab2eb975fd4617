import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { Money } from '../domain/kernel/money.ts';
import type { Modification, ModificationType } from '../domain/payments/modification.ts';
import type { NextAction } from '../domain/payments/next-action.ts';
import type { ChargeRoute } from '../domain/payments/payment.ts';
import type { ProcessorVerdict } from '../domain/payments/transaction.ts';

/**
 * A merchant's `processor_config`, open for the calls of one use case and read by name. It is a function, so that neither
 * JSON, a log line nor `inspect` shows what it holds; an adapter that has to keep anything of it keeps a hash. Of a charge
 * whose route is on record, `kind` and `account` are those of the route; every other name is the config's of now.
 */
export type OpenConfig = (name: string) => string | undefined;

/** On whose account the processor acts, with what the merchant's config says of it. */
type Account = Readonly<{ merchantId: MerchantId; config: OpenConfig }>;

/** `reference` is ours and names the charge for good; `processorId` is the processor's own name for it, once it is known. */
export type ChargeQuery = Account & Readonly<{ reference: string; processorId?: string }>;

/**
 * `reference` is ours and names the modification; `charge` is the reference of its charge and `chargeId` the processor's own
 * name for that, absent for charges of before the name was kept.
 */
export type ModificationQuery = Account &
  Readonly<{ reference: string; type: ModificationType; charge: string; chargeId?: string }>;

/** What a look-up is about: a charge, or a modification of one. */
export type RecordQuery = ChargeQuery | ModificationQuery;

/** The processor must never charge one reference twice. */
export type ChargeOrder = ChargeQuery &
  Readonly<{
    amount: Money;
    paymentMethod: string;
    capture: boolean;
  }>;

/**
 * A modification of a charge's money under a reference of its own. `final` has the processor release what a capture leaves of
 * the authorization.
 */
export type ModificationOrder = Modification & ModificationQuery;

export type DeclineCode = 'card_declined' | 'insufficient_funds' | 'movement_refused';

/**
 * `amount` is what the processor's record says it moved or refused to. `standing`: what its record says of the money of a charge
 * that it approved, where it says so: held, taken, or given back since. `authorizedUntil` is of a charge that holds money: when the
 * processor lets it lapse, absent when it does not say so. `canceled` is of a charge that ended before anything was charged, because
 * it was canceled.
 */
export type Verdict = ProcessorVerdict &
  Readonly<{ amount: Money }> &
  (
    | Readonly<{
        approved: true;
        standing?: 'authorized' | 'captured' | 'canceled';
        authorizedUntil?: Instant;
      }>
    | Readonly<{ approved: false; decline: DeclineCode; canceled?: true }>
  );

/**
 * It made a record of the charge under `processorId`, and moves no money before it is charged again with that id. A processor
 * whose record can be found by its own id alone answers so first: by then that id is on record here, and what became of
 * the charge can always be asked.
 */
export type ChargeOpened = Readonly<{ awaits: 'confirmation'; processorId: string }>;

/**
 * It took the charge on, as it does debits of bank accounts, and knows itself only later how it ends: then its record is a
 * verdict. Money may move meanwhile.
 */
export type ChargePending = Readonly<{ awaits: 'processor'; processorId: string }>;

/** It waits for the customer to act, and moves no money before: then its record says what became of the charge. */
export type ChargeAwaitsCustomer = Readonly<{ awaits: 'customer'; processorId: string; action: NextAction }>;

/** What a processor says of a charge: how it ended, or what it waits for. */
export type ChargeAnswer = Verdict | ChargeOpened | ChargePending | ChargeAwaitsCustomer;

/** It refused before any effect: nothing was or will be charged by this call. */
export type ProcessorUnavailable = Readonly<{ kind: 'ProcessorUnavailable' }>;
/** Sent, and no answer: it may have charged, or may yet. Not a failure. */
export type ProcessorOutcomeUnknown = Readonly<{ kind: 'ProcessorOutcomeUnknown' }>;
/** It provably never got the reference. */
export type ProcessorHasNoRecord = Readonly<{ kind: 'ProcessorHasNoRecord' }>;
/** It may have got the reference, and its record does not show that yet. Nothing follows from it, and it is asked again. */
export type ProcessorRecordNotKnown = Readonly<{ kind: 'ProcessorRecordNotKnown' }>;

/**
 * A payment processor. Both promises are needed to survive a lost answer, so an implementation without idempotent
 * references or without `lookup` does not fit this type and cannot be used.
 * Adapters must pass `test/contract/processor.contract.ts`.
 *
 * ```ts
 * // A processor that takes our references as its own keys. `call` never throws: it knows no answer from no effect.
 * const bank: Processor = {
 *   routeOf: () => ({ processor: 'bank' }),
 *   accepts: (paymentMethod) => paymentMethod === 'card',
 *   charge: ({ reference, amount, config }) => call('POST', '/charges', { reference, amount, key: config('api_key') }),
 *   move: ({ reference, charge, type, amount, config }) =>
 *     call('POST', `/charges/${charge}/${type}`, { reference, amount, key: config('api_key') }),
 *   cancel: ({ reference, config }) => call('POST', `/charges/${reference}/cancel`, { key: config('api_key') }),
 *   lookup: ({ reference, config }) => find(`/references/${reference}`, config('api_key')),
 * };
 * ```
 */
export interface Processor {
  /**
   * Where a new charge goes under a config; asked before anything is recorded, and kept with the payment. Undefined when the config
   * names a processor that there is not.
   */
  routeOf(config: OpenConfig): ChargeRoute | undefined;
  /** False for a payment method it can never charge; asked before anything is recorded. */
  accepts(paymentMethod: string): boolean;
  /**
   * Repeating a reference gives the first verdict and charges nothing more; before there is a verdict, the same id. Asked with
   * a `processorId` it never answers that it awaits confirmation.
   */
  charge(order: ChargeOrder): ResultAsync<ChargeAnswer, ProcessorUnavailable | ProcessorOutcomeUnknown>;
  /**
   * Takes, gives back or releases money of a charge. Repeating a reference gives the first verdict and moves nothing more. The void
   * of an authorization that has lapsed is approved: nothing is held any more.
   */
  move(order: ModificationOrder): ResultAsync<Verdict, ProcessorUnavailable | ProcessorOutcomeUnknown>;
  /**
   * Has a charge end that waits for its customer, who can no longer act then. Answers with what its record says after that: canceled, or
   * what the customer was quicker with. A charge that waits for nothing stays as it is.
   */
  cancel(query: ChargeQuery): ResultAsync<ChargeAnswer, ProcessorUnavailable | ProcessorOutcomeUnknown>;
  /**
   * Its own record of a reference; of a modification's it answers with a verdict only. Changes nothing. Of a charge that is named by
   * an id which it does not know it never says that it has no record: another account, or another processor, gave that id.
   */
  lookup(
    query: RecordQuery,
  ): ResultAsync<ChargeAnswer, ProcessorHasNoRecord | ProcessorRecordNotKnown | ProcessorUnavailable>;
}
