import { err, ok, type Result, type ResultAsync } from 'neverthrow';
import { type MerchantId, type PaymentId, parseId } from '../domain/ids.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Payment } from '../domain/payment.ts';
import type { Clock } from '../ports/clock.ts';
import type { PaymentFilter, PaymentPage, Payments } from '../ports/payments.ts';
import type { Seals } from '../ports/seals.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';

/** Forged, changed, too old, or made for another tenant or another filter. */
export type CursorInvalid = Readonly<{ kind: 'CursorInvalid' }>;

export type ListPaymentsRequest = Readonly<{
  merchantId: MerchantId;
  filter: PaymentFilter;
  limit: number;
  cursor?: string;
}>;

/** `nextCursor` is there exactly when more payments follow. */
export type ListedPayments = Readonly<{ items: readonly Payment[]; nextCursor?: string }>;

/**
 * A page of a merchant's payments, newest first. The cursor is good for a day, for this tenant and this filter only;
 * the page size may change on the way. One read, of one payment more than the page.
 */
export type ListPayments = (
  request: ListPaymentsRequest,
) => ResultAsync<ListedPayments, CursorInvalid | StorageUnavailable>;

const CURSOR_LIFETIME_MS = 24 * 3_600_000;

export const listPayments = (
  ports: Readonly<{ payments: Payments; seals: Seals; clock: Clock }>,
): ListPayments => {
  const { payments, seals, clock } = ports;
  return ({ merchantId, filter, limit, cursor }) => {
    const context = canonicalJson({ list: 'payments', merchantId, filter });
    return positionOf(cursor, context)
      .asyncAndThen((position) => payments.list(merchantId, filter, { ...position, limit: limit + 1 }))
      .map((found) => {
        const items = found.slice(0, limit);
        const last = items.at(-1);
        return found.length > limit && last !== undefined
          ? { items, nextCursor: seals.seal(`${clock.now()}:${last.id}`, context) }
          : { items };
      });
  };

  function positionOf(
    cursor: string | undefined,
    context: string,
  ): Result<Pick<PaymentPage, 'before'>, CursorInvalid> {
    if (cursor === undefined) return ok({});
    const [sealedAt = '', id = ''] = seals.open(cursor, context)?.split(':') ?? [];
    const before: PaymentId | undefined = parseId('pay', id);
    return before !== undefined && clock.now() - Number(sealedAt) < CURSOR_LIFETIME_MS
      ? ok({ before })
      : err({ kind: 'CursorInvalid' });
  }
};
