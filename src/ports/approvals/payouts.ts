import type { ResultAsync } from 'neverthrow';
import type { VendorId } from '../../domain/approvals/ids.ts';
import type { PayoutOutcome } from '../../domain/approvals/payout.ts';
import type { Money } from '../../domain/kernel/money.ts';

/**
 * `reference` is ours and names the payout for good: the processor must never pay one reference twice. `attempt` counts
 * from 1 and grows only after the one before was refused.
 */
export type PayoutOrder = Readonly<{ reference: string; attempt: number; vendorId: VendorId; amount: Money }>;

/** `amount` is what the processor says it paid or refused to; `attempt` which one it has judged last. */
export type PayoutVerdict = PayoutOutcome & Readonly<{ amount: Money; attempt: number }>;

/** It refused before any effect: nothing was or will be paid by this call. */
export type PayoutsUnavailable = Readonly<{ kind: 'PayoutsUnavailable' }>;
/** Sent, and no answer: it may have paid, or may yet. Not a failure. */
export type PayoutOutcomeUnknown = Readonly<{ kind: 'PayoutOutcomeUnknown' }>;
/** It provably never got the reference. */
export type PayoutHasNoRecord = Readonly<{ kind: 'PayoutHasNoRecord' }>;

/**
 * The paying side of a processor. Without stable references or without `lookup` a lost answer could not be survived, so
 * an implementation that lacks either does not fit this type. Adapters must pass
 * `test/contract/approvals/payouts.contract.ts`.
 */
export interface Payouts {
  /**
   * Pays the vendor. Repeating a reference that was paid, or an attempt that was refused, gives the verdict it got and
   * moves nothing more; only the next attempt of a refused reference is judged anew.
   */
  pay(order: PayoutOrder): ResultAsync<PayoutVerdict, PayoutsUnavailable | PayoutOutcomeUnknown>;
  /** Its own record of a reference: the verdict on the last attempt it judged. Changes nothing. */
  lookup(reference: string): ResultAsync<PayoutVerdict, PayoutHasNoRecord | PayoutsUnavailable>;
}
