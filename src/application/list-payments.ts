import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Payment } from '../domain/payment.ts';
import type { Clock } from '../ports/clock.ts';
import type { PaymentFilter, Payments } from '../ports/payments.ts';
import type { Seals } from '../ports/seals.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import { type CursorInvalid, type Page, pageCursor } from './page-cursor.ts';

export type ListPaymentsRequest = Readonly<{
  merchantId: MerchantId;
  filter: PaymentFilter;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of a merchant's payments, newest first. The cursor is good for a day, for this tenant and this filter only;
 * the page size may change on the way. One read, of one payment more than the page.
 */
export type ListPayments = (
  request: ListPaymentsRequest,
) => ResultAsync<Page<Payment>, CursorInvalid | StorageUnavailable>;

export const listPayments =
  (ports: Readonly<{ payments: Payments; seals: Seals; clock: Clock }>): ListPayments =>
  ({ merchantId, filter, limit, cursor }) => {
    const pages = pageCursor(ports, 'pay', canonicalJson({ list: 'payments', merchantId, filter }));
    return pages
      .open(cursor)
      .asyncAndThen((position) =>
        ports.payments.list(merchantId, filter, { ...position, limit: limit + 1 }),
      )
      .map((found) => pages.cut(found, limit));
  };
