import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import { parseUuid, type VendorPaymentId } from '../../domain/approvals/ids.ts';
import { type PayoutRefusal, returnPayout } from '../../domain/approvals/payout.ts';
import type { Completed, VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { identitiesOf } from '../../domain/kernel/identity.ts';
import type { PayoutsUnavailable } from '../../ports/approvals/payouts.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { retryWhenStale } from '../kernel/retry-when-stale.ts';
import { type Asked, approvalChange } from './approval-change.ts';
import type { PayoutPorts } from './complete-payout.ts';
import { type PaymentNotIntact, verifiedLinks } from './verify-payment.ts';

/**
 * `returned`: what was paid has not stayed, and the payment is failed. `settled`: there is nothing to say of it. `withheld`: the stored
 * payment is not what its audit log leaves, and stays as it is. `unknown`: there is no such payment.
 */
export type ReturnedPayoutEnd = 'returned' | 'settled' | 'withheld' | 'unknown';

/** Its payout is under way, or others move the payment all the while. */
export type UnderWay = 'underWay';

/** What a processor said of, by our reference, and the request that said it. */
export type Notified = Readonly<{ reference: string; requestId: string }>;

type Failure = StaleVersion | PaymentNotIntact | StorageUnavailable | PayoutsUnavailable;
type End = ReturnedPayoutEnd | UnderWay;

/**
 * Fails a completed payment for what `refusalOf` knows against its payout, once for each name that the processor has for that;
 * nothing against it leaves the payment as it is, and so does an audit chain that does not lead to it.
 */
export const returnVendorPayment =
  (ports: PayoutPorts) =>
  (
    { reference, requestId }: Notified,
    refusalOf: (payment: Completed) => ResultAsync<PayoutRefusal | undefined, PayoutsUnavailable>,
  ): ResultAsync<End, StorageUnavailable | PayoutsUnavailable> => {
    const id = parseUuid<VendorPaymentId>(reference);
    const verified = verifiedLinks(ports);
    return retryWhenStale(() =>
      (id === undefined ? okAsync(undefined) : ports.vendorPayments.find(id)).andThen((payment) => {
        if (payment === undefined) return okAsync<End, Failure>('unknown');
        if (payment.status === 'processing') return okAsync<End, Failure>('underWay');
        if (payment.status !== 'completed') return okAsync<End, Failure>('settled');
        return refusalOf(payment).andThen((refusal) =>
          refusal === undefined
            ? okAsync<End, Failure>('settled')
            : verified(payment).andThen((links) =>
                wasReturnedBy(refusal, links)
                  ? okAsync<End, Failure>('settled')
                  : moveBack(ports, payment, refusal, requestId),
              ),
        );
      }),
    ).orElse((failure) => {
      if (failure.kind === 'StaleVersion') return okAsync<End, never>('underWay');
      if (failure.kind !== 'PaymentNotIntact') return errAsync(failure);
      ports.payoutAlarm.raise({ id: failure.id, reason: failure.kind });
      return okAsync<End, never>('withheld');
    });
  };

/** Such as a notification that comes once more when people have had the payment completed since. */
const wasReturnedBy = ({ processorReference }: PayoutRefusal, links: readonly AuditLogEntry[]): boolean =>
  links.some(
    ({ action, after }) =>
      action === 'payment.returned' && after['processorReference'] === processorReference,
  );

function moveBack(
  ports: PayoutPorts,
  before: Completed,
  refusal: PayoutRefusal,
  requestId: string,
): ResultAsync<End, Failure> {
  const at = ports.clock.now();
  const next: VendorPayment = returnPayout(before, refusal, at);
  const move = {
    ...PROCESSOR,
    origin: { ...PROCESSOR.origin, requestId },
    at,
    action: 'payment.returned',
  };
  return ports.approvalCommits
    .commit(approvalChange(ports, { ...move, before, next }).change)
    .map((): End => 'returned')
    .mapErr((failure): Failure => {
      switch (failure.kind) {
        case 'StaleVersion':
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
