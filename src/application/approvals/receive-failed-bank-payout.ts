import { errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { BankPayout, BankPayouts } from '../../ports/approvals/bank-payouts.ts';
import type { PayoutsUnavailable } from '../../ports/approvals/payouts.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { PayoutPorts } from './complete-payout.ts';
import { type ReturnedPayoutEnd, returnVendorPayment, type UnderWay } from './return-vendor-payment.ts';

/**
 * Takes a processor's notification about a payout from a vendor's balance to their bank as a reason to look up: each payment that
 * was completed by a transfer of that money, and only those, is failed, under the bank payout's name and once for it. The
 * transfers stand, so what is asked for again is completed by the same one, and moves no money a second time. One whose payout is under way
 * has the notification come again, as does a processor that does not answer; those before it are failed by then.
 */
export type ReceiveFailedBankPayout = (
  notified: BankPayout & Readonly<{ requestId: string }>,
) => ResultAsync<ReturnedPayoutEnd, StorageUnavailable | PayoutsUnavailable>;

/** `bankPayouts` is absent where the processor has none of its own record. */
export const receiveFailedBankPayout = (
  ports: PayoutPorts & Readonly<{ bankPayouts?: BankPayouts }>,
): ReceiveFailedBankPayout => {
  const { bankPayouts } = ports;
  const giveBack = returnVendorPayment(ports);
  return ({ id, account, requestId }) => {
    if (bankPayouts === undefined) return okAsync<ReturnedPayoutEnd, never>('unknown');
    return safeTry(async function* () {
      const { reason, processedAt, carried } = yield* bankPayouts.failed({ id, account });
      const ends = new Set<ReturnedPayoutEnd | UnderWay>();
      for (const { reference, processorReference } of carried)
        ends.add(
          yield* giveBack({ reference, requestId }, (payment) =>
            okAsync(
              payment.processorReference === processorReference
                ? { paid: false as const, reason, processedAt, processorReference: id }
                : undefined,
            ),
          ),
        );
      if (ends.has('underWay')) return errAsync<never, PayoutsUnavailable>({ kind: 'PayoutsUnavailable' });
      return ok<ReturnedPayoutEnd>(ENDS.find((end) => ends.has(end)) ?? 'unknown');
    }).orElse((failure) => {
      switch (failure.kind) {
        case 'BankPayoutNotFailed':
          return okAsync<ReturnedPayoutEnd, never>('settled');
        case 'BankPayoutUntraced':
          return okAsync<ReturnedPayoutEnd, never>('unknown');
        case 'PayoutsUnavailable':
        case 'StorageUnavailable':
          return errAsync(failure);
      }
    });
  };
};

/** What is said of several, the first of these. */
const ENDS = ['returned', 'withheld', 'settled'] as const satisfies readonly ReturnedPayoutEnd[];
