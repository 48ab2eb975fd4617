import type { ResultAsync } from 'neverthrow';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PaymentFilter, Payments } from '../../ports/payments.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

export type ListPaymentsRequest = Readonly<{
  merchantId: MerchantId;
  filter: PaymentFilter;
  limit: number;
  cursor?: string;
}>;

/** A page of a merchant's payments, newest first. The cursor is good for this tenant and this filter only. */
export type ListPayments = (
  request: ListPaymentsRequest,
) => ResultAsync<Page<Payment>, CursorInvalid | StorageUnavailable>;

export const listPayments = (
  ports: Readonly<{ payments: Payments; signedTokens: SignedTokens; clock: Clock }>,
): ListPayments => {
  const pages = paging(ports, (text) => parseId('pay', text));
  return ({ merchantId, filter, ...page }) =>
    pages({ ...page, context: { list: 'payments', merchantId, filter } }, (part) =>
      ports.payments.list(merchantId, filter, part),
    );
};
