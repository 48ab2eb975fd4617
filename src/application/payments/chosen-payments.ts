import { okAsync, type ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { isChosen, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PaymentPage, Payments, PaymentsFound } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

export type ChoicePorts = Readonly<{ payments: Payments; claims: Claims; clock: Clock }>;

/** What payments are chosen by: fields of theirs, and the key of the request that took one, which at most one payment has. */
export type PaymentChoice = PaymentFilter & Readonly<{ idempotencyKey?: string }>;

/** What a request waits for: a second or so, on whichever storage. */
const MOST_LOOKED_AT = 50_000;

/**
 * A page of what is chosen, newest first, as `Payments.lookThrough` gives it. One read; two, by their keys and strongly consistent, of a payment
 * that is named by its idempotency key, which is on the first page alone. `most` is how many a page looks at, where nothing but looking
 * finds what is chosen.
 */
export const chosenPayments =
  (ports: ChoicePorts, most: number = MOST_LOOKED_AT) =>
  (
    merchantId: MerchantId,
    { idempotencyKey, ...filter }: PaymentChoice,
    page: PaymentPage,
  ): ResultAsync<PaymentsFound, StorageUnavailable> =>
    idempotencyKey === undefined
      ? ports.payments.lookThrough(merchantId, filter, { ...page, most })
      : paymentUnder(ports, merchantId, idempotencyKey).map((found) => ({
          payments: found.filter(
            (payment) => isChosen(payment, filter) && (page.before === undefined || payment.id < page.before),
          ),
        }));

/** The payment that a key was spent on, or none: a batch's key, and those of all other requests, are other keys. */
const paymentUnder = (
  { payments, claims, clock }: ChoicePorts,
  merchantId: MerchantId,
  key: string,
): ResultAsync<readonly Payment[], StorageUnavailable> =>
  claims.find({ merchantId, operation: 'process', key }, clock.now()).andThen((claim) =>
    claim?.paymentId === undefined
      ? okAsync([])
      : payments
          .find(merchantId, claim.paymentId)
          .map((payment) => [payment])
          .mapErr((failure) => {
            // A claim and its payment are one commit, so a claim without its payment is a defect.
            if (failure.kind === 'PaymentNotFound')
              throw new Error(`claimed payment ${failure.id} does not exist`);
            return failure;
          }),
  );
