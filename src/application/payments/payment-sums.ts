import { okAsync, ResultAsync } from 'neverthrow';
import { dayOf } from '../../domain/kernel/day.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { type PaymentSum, sumUp } from '../../domain/payments/payment-sum.ts';
import type { Payments } from '../../ports/payments.ts';
import type { Summaries } from '../../ports/summaries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** Times of creation, both within the range; without an end, open. */
export type Period = Readonly<{ from?: Instant; to?: Instant }>;

export type SumPorts = Readonly<{ payments: Payments; summaries: Summaries }>;

const DAY_MS = 86_400_000;
/** No payment is made outside these, and their days have four-digit years. */
const FIRST: Instant = 0;
const LAST: Instant = Date.UTC(10_000, 0, 1) - 1;

/**
 * What a merchant's payments of a period add up to, by currency and status, every one counted once. Whole UTC days come
 * from the summaries; only what the first and the last day have beside whole ones is read payment by payment.
 */
export function paymentSums(
  { payments, summaries }: SumPorts,
  merchantId: MerchantId,
  { from = FIRST, to = LAST }: Period,
): ResultAsync<readonly PaymentSum[], StorageUnavailable> {
  const first = Math.max(from, FIRST);
  const last = Math.min(to, LAST);
  const days = {
    begin: Math.ceil(first / DAY_MS) * DAY_MS,
    end: Math.floor((last + 1) / DAY_MS) * DAY_MS,
  };
  if (days.begin >= days.end) return piece(first, last);
  return ResultAsync.combine([
    piece(first, days.begin - 1),
    summaries.tallies(merchantId, { from: dayOf(days.begin), to: dayOf(days.end - 1) }),
    piece(days.end, last),
  ]).map((parts) => sumUp(parts.flat()));

  function piece(begin: Instant, end: Instant): ResultAsync<readonly PaymentSum[], StorageUnavailable> {
    return begin > end ? okAsync([]) : payments.sums(merchantId, { from: begin, to: end });
  }
}
