import { err, errAsync, ok, okAsync, type ResultAsync } from 'neverthrow';
import { parseUuid, type VendorPaymentId } from '../../domain/approvals/ids.ts';
import { type PayoutRefusal, returnPayout } from '../../domain/approvals/payout.ts';
import type { Completed, VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { identitiesOf } from '../../domain/kernel/identity.ts';
import type { PayoutsUnavailable, PayoutVerdict } from '../../ports/approvals/payouts.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { retryWhenStale } from '../kernel/retry-when-stale.ts';
import { type Asked, approvalChange } from './approval-change.ts';
import type { PayoutPorts } from './complete-payout.ts';
import { type PaymentNotIntact, verifiedLinks } from './verify-payment.ts';

/**
 * `returned`: the payout has come back, and the payment is failed. `settled`: there is nothing to say of it. `withheld`: the stored
 * payment is not what its audit log leaves, and stays as it is. `unknown`: there is no such payment.
 */
export type ReturnedPayoutEnd = 'returned' | 'settled' | 'withheld' | 'unknown';

/**
 * Takes a processor's notification about a payout as a reason to look up, and only its record as the truth: a completed payment
 * whose payout has come back is failed, with the processor's reason. One that is processing is recovery's. Safe to repeat, in any
 * order: a payment that is failed, or paid anew since, is left as it is. Nothing else asks about completed payments, so a look-up
 * that fails has to be answered so that the notification comes again.
 */
export type ReceiveReturnedPayout = (
  notified: Readonly<{ reference: string; requestId: string }>,
) => ResultAsync<ReturnedPayoutEnd, StorageUnavailable | PayoutsUnavailable>;

export const receiveReturnedPayout =
  (ports: PayoutPorts): ReceiveReturnedPayout =>
  ({ reference, requestId }) => {
    const id = parseUuid<VendorPaymentId>(reference);
    return retryWhenStale(() =>
      (id === undefined ? okAsync(undefined) : ports.vendorPayments.find(id)).andThen((payment) => {
        if (payment === undefined) return okAsync<ReturnedPayoutEnd, Failure>('unknown');
        if (payment.status !== 'completed') return okAsync<ReturnedPayoutEnd, Failure>('settled');
        return refusalOf(ports, payment).andThen((refusal) =>
          refusal === undefined
            ? okAsync<ReturnedPayoutEnd, Failure>('settled')
            : moveBack(ports, payment, refusal, requestId),
        );
      }),
    ).orElse((failure) => {
      if (failure.kind === 'StaleVersion') return okAsync<ReturnedPayoutEnd, never>('settled');
      if (failure.kind !== 'PaymentNotIntact') return errAsync(failure);
      ports.payoutAlarm.raise({ id: failure.id, reason: failure.kind });
      return okAsync<ReturnedPayoutEnd, never>('withheld');
    });
  };

type Failure = StaleVersion | PaymentNotIntact | StorageUnavailable | PayoutsUnavailable;

/** What the processor's record refuses of the payout that this payment was completed by; undefined where it stands. */
const refusalOf = (
  { payouts }: PayoutPorts,
  { id, attempt, processorReference }: Completed,
): ResultAsync<PayoutRefusal | undefined, PayoutsUnavailable> =>
  payouts
    .lookup(id)
    .map((verdict: PayoutVerdict) =>
      !verdict.paid && verdict.attempt === attempt && verdict.processorReference === processorReference
        ? verdict
        : undefined,
    )
    .orElse((failure) => (failure.kind === 'PayoutHasNoRecord' ? ok(undefined) : err(failure)));

function moveBack(
  ports: PayoutPorts,
  before: Completed,
  refusal: PayoutRefusal,
  requestId: string,
): ResultAsync<ReturnedPayoutEnd, Failure> {
  const at = ports.clock.now();
  return verifiedLinks(ports)(before)
    .andThen(() => {
      const next: VendorPayment = returnPayout(before, refusal, at);
      const move = {
        ...PROCESSOR,
        origin: { ...PROCESSOR.origin, requestId },
        at,
        action: 'payment.returned',
      };
      return ports.approvalCommits.commit(approvalChange(ports, { ...move, before, next }).change);
    })
    .map((): ReturnedPayoutEnd => 'returned')
    .mapErr((failure): Failure => {
      switch (failure.kind) {
        case 'StaleVersion':
        case 'PaymentNotIntact':
        case 'StorageUnavailable':
          return failure;
        case 'AlreadyApproved':
        case 'ClaimTaken':
        case 'DuplicateIncident':
        case 'EventSeen':
        case 'SelfApproval':
          throw new Error(`${failure.kind} of a payout that came back`);
      }
    });
}

const PROCESSOR: Asked = {
  by: { id: 'processor', identities: identitiesOf({ subject: 'processor' }), roles: ['system'] },
  origin: { actor: { id: 'processor', type: 'system' }, requestId: 'processor' },
};
