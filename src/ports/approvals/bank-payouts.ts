import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { PayoutsUnavailable } from './payouts.ts';

/** A payout of a vendor's balance at the processor to their bank, in the processor's words, and the account that it is of. */
export type BankPayout = Readonly<{ id: string; account: string }>;

/** A payout of ours whose money a bank payout was to carry. `processorReference`: what the processor calls the transfer that paid it. */
export type CarriedPayout = Readonly<{ reference: string; processorReference: string }>;

/** What never reached the bank: it is on the vendor's balance at the processor again, and no more ours than before. */
export type FailedBankPayout = Readonly<{
  reason: string;
  processedAt: Instant;
  carried: readonly CarriedPayout[];
}>;

/** It is under way, has arrived or was canceled; or it was to bring money from the bank. */
export type BankPayoutNotFailed = Readonly<{ kind: 'BankPayoutNotFailed' }>;
/** The record does not say whose money it was to carry, or has no such payout. */
export type BankPayoutUntraced = Readonly<{ kind: 'BankPayoutUntraced' }>;

/** What a processor that pays vendors on accounts of its own knows of the way from there to their banks. */
export interface BankPayouts {
  /** Its own record of a failed one. Changes nothing, and says nothing of the transfers: they stand. */
  failed(
    payout: BankPayout,
  ): ResultAsync<FailedBankPayout, BankPayoutNotFailed | BankPayoutUntraced | PayoutsUnavailable>;
}
