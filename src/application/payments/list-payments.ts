import { okAsync, type ResultAsync } from 'neverthrow';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { isChosen, type PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Payments } from '../../ports/payments.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

export type ListPaymentsRequest = Readonly<{
  merchantId: MerchantId;
  filter: PaymentFilter;
  /** The key of the request that took the payment: at most one payment has it. */
  idempotencyKey?: string;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of a merchant's payments, newest first. The cursor is good for this tenant and this filter only. One read; two, by their
 * keys and strongly consistent, of a payment that is named by its idempotency key.
 */
export type ListPayments = (
  request: ListPaymentsRequest,
) => ResultAsync<Page<Payment>, CursorInvalid | StorageUnavailable>;

type Ports = Readonly<{ payments: Payments; claims: Claims; signedTokens: SignedTokens; clock: Clock }>;

export const listPayments = (ports: Ports): ListPayments => {
  const pages = paging(ports, (text) => parseId('pay', text));
  return ({ merchantId, filter, idempotencyKey, ...page }) => {
    const context = { list: 'payments', merchantId, filter, ...present({ idempotencyKey }) };
    return pages({ ...page, context }, (part) =>
      idempotencyKey === undefined
        ? ports.payments.list(merchantId, filter, part)
        : paymentUnder(ports, merchantId, idempotencyKey).map((found) =>
            found.filter((payment) => isChosen(payment, filter)),
          ),
    );
  };
};

/** The payment that a key was spent on, or none: a batch's key, and those of all other requests, are other keys. */
const paymentUnder = (
  { payments, claims, clock }: Ports,
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
