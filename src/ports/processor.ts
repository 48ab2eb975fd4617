import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { Money } from '../domain/kernel/money.ts';
import type { Modification } from '../domain/payments/modification.ts';
import type { ProcessorVerdict } from '../domain/payments/transaction.ts';

/**
 * A merchant's `processor_config`, open for the calls of one use case and read by name. It is a function, so that neither
 * JSON, a log line nor `inspect` shows what it holds; an adapter that has to keep anything of it keeps a hash.
 */
export type OpenConfig = (name: string) => string | undefined;

/** On whose account the processor acts, with what the merchant's config says of that account now. */
type Account = Readonly<{ merchantId: MerchantId; config: OpenConfig }>;

/** `reference` is ours and names the charge for good: the processor must never charge one reference twice. */
export type ChargeOrder = Account &
  Readonly<{
    reference: string;
    amount: Money;
    paymentMethod: string;
    capture: boolean;
  }>;

/**
 * A modification of a charge's money under a reference of its own. `charge` is the reference of the charge; `final` has the
 * processor release what a capture leaves of the authorization.
 */
export type ModificationOrder = Modification & Account & Readonly<{ reference: string; charge: string }>;

/** The reference of a charge or of a modification, and the account it went to. */
export type RecordQuery = Account & Readonly<{ reference: string }>;

export type DeclineCode = 'card_declined' | 'insufficient_funds' | 'movement_refused';

/** `amount` is what the processor says it moved or refused to. */
export type Verdict = ProcessorVerdict &
  Readonly<{ amount: Money }> &
  (Readonly<{ approved: true }> | Readonly<{ approved: false; decline: DeclineCode }>);

/** It refused before any effect: nothing was or will be charged by this call. */
export type ProcessorUnavailable = Readonly<{ kind: 'ProcessorUnavailable' }>;
/** Sent, and no answer: it may have charged, or may yet. Not a failure. */
export type ProcessorOutcomeUnknown = Readonly<{ kind: 'ProcessorOutcomeUnknown' }>;
/** It provably never got the reference. */
export type ProcessorHasNoRecord = Readonly<{ kind: 'ProcessorHasNoRecord' }>;

/**
 * A payment processor. Both promises are needed to survive a lost answer, so an implementation without idempotent
 * references or without `lookup` does not fit this type and cannot be used.
 * Adapters must pass `test/contract/processor.contract.ts`.
 *
 * ```ts
 * // A processor that takes our references as its own keys. `call` never throws: it knows no answer from no effect.
 * const bank: Processor = {
 *   accepts: (paymentMethod) => paymentMethod === 'card',
 *   charge: ({ reference, amount, config }) => call('POST', '/charges', { reference, amount, key: config('api_key') }),
 *   move: ({ reference, charge, type, amount, config }) =>
 *     call('POST', `/charges/${charge}/${type}`, { reference, amount, key: config('api_key') }),
 *   lookup: ({ reference, config }) => find(`/references/${reference}`, config('api_key')),
 * };
 * ```
 */
export interface Processor {
  /** False for a payment method it can never charge; asked before anything is recorded. */
  accepts(paymentMethod: string): boolean;
  /** Repeating a reference gives the first verdict and charges nothing more. */
  charge(order: ChargeOrder): ResultAsync<Verdict, ProcessorUnavailable | ProcessorOutcomeUnknown>;
  /** Takes, gives back or releases money of a charge. Repeating a reference gives the first verdict and moves nothing more. */
  move(order: ModificationOrder): ResultAsync<Verdict, ProcessorUnavailable | ProcessorOutcomeUnknown>;
  /** Its own record of a reference, a charge's or a modification's. Changes nothing. */
  lookup(query: RecordQuery): ResultAsync<Verdict, ProcessorHasNoRecord | ProcessorUnavailable>;
}
