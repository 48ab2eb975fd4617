import { err, ok, type ResultAsync } from 'neverthrow';
import type { PayoutRefusal } from '../../domain/approvals/payout.ts';
import type { Completed } from '../../domain/approvals/vendor-payment.ts';
import type { PayoutsUnavailable, PayoutVerdict } from '../../ports/approvals/payouts.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { PayoutPorts } from './complete-payout.ts';
import { type Notified, type ReturnedPayoutEnd, returnVendorPayment } from './return-vendor-payment.ts';

/**
 * Takes a processor's notification about a payout as a reason to look up, and only its record as the truth: a completed payment
 * whose payout has come back is failed, with the processor's reason. Safe to repeat, in any
 * order: a payment that is failed, or paid anew since, is left as it is. Nothing else asks about completed payments, so a look-up
 * that fails has to be answered so that the notification comes again, and so has one about a payment that is processing: what it is
 * about to be completed by may be an answer from before the payout came back.
 */
export type ReceiveReturnedPayout = (
  notified: Notified,
) => ResultAsync<ReturnedPayoutEnd, StorageUnavailable | PayoutsUnavailable>;

export const receiveReturnedPayout = (ports: PayoutPorts): ReceiveReturnedPayout => {
  const giveBack = returnVendorPayment(ports);
  return (notified) =>
    giveBack(notified, (payment) => refusalOf(ports, payment)).andThen((end) =>
      end === 'underWay' ? err<never, PayoutsUnavailable>({ kind: 'PayoutsUnavailable' }) : ok(end),
    );
};

/**
 * What the processor's record refuses of the payout that this payment was completed by; undefined where it stands. It is known by
 * its name alone: a later attempt is completed by the payout of an earlier one where that stands.
 */
const refusalOf = (
  { payouts }: PayoutPorts,
  { id, processorReference }: Completed,
): ResultAsync<PayoutRefusal | undefined, PayoutsUnavailable> =>
  payouts
    .lookup(id)
    .map((verdict: PayoutVerdict) =>
      !verdict.paid && verdict.processorReference === processorReference ? verdict : undefined,
    )
    .orElse((failure) => (failure.kind === 'PayoutHasNoRecord' ? ok(undefined) : err(failure)));
