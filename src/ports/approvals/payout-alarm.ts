import type { VendorPaymentId } from '../../domain/approvals/ids.ts';

/**
 * A payout that was asked for or due, and did not go out, for which of the two judgements that come before money leaves; or, `PayoutDiffers`,
 * one of which the processor says another amount or currency than was ordered, so that it is not on record as paid.
 */
export type WithheldPayout = Readonly<{
  id: VendorPaymentId;
  reason: 'PaymentNotIntact' | 'ApprovalVoid' | 'PayoutDiffers';
}>;

/** Calls people to payouts that only they can clear. */
export interface PayoutAlarm {
  /** Once for each time that one is withheld, so again and again while recovery meets it. Never throws. */
  raise(withheld: WithheldPayout): void;
}
