import type { ResultAsync } from 'neverthrow';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, pagingOfFound } from '../kernel/cursor.ts';
import { type ChoicePorts, chosenPayments } from './chosen-payments.ts';

export type ListPaymentsRequest = Readonly<{
  merchantId: MerchantId;
  filter: PaymentFilter;
  /** The key of the request that took the payment: at most one payment has it. */
  idempotencyKey?: string;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of a merchant's payments, newest first. The cursor is good for this tenant and this filter only. A page may hold fewer than `limit`, and none, and yet have
 * a next, where very few of many payments match. One read; two, by their
 * keys and strongly consistent, of a payment that is named by its idempotency key.
 */
export type ListPayments = (
  request: ListPaymentsRequest,
) => ResultAsync<Page<Payment>, CursorInvalid | StorageUnavailable>;

type Ports = ChoicePorts & Readonly<{ signedTokens: SignedTokens }>;

export const listPayments = (ports: Ports): ListPayments => {
  const chosen = chosenPayments(ports);
  const pages = pagingOfFound(ports, (text) => parseId('pay', text));
  return ({ merchantId, filter, idempotencyKey, ...page }) => {
    const context = { list: 'payments', merchantId, filter, ...present({ idempotencyKey }) };
    return pages({ ...page, context }, (part) =>
      chosen(merchantId, { ...filter, ...present({ idempotencyKey }) }, part).map(
        ({ payments: items, next }) => ({
          items,
          ...present({ next }),
        }),
      ),
    );
  };
};
