import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { PaymentFilter } from '../../domain/payments/payment-filter.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ReportTooLarge } from '../kernel/report-time.ts';

/** Gives each payment that a filter chooses to `take`, the newest first. */
export type PaymentWalk = (
  filter: PaymentFilter,
  take: (payment: Payment) => void,
) => ResultAsync<void, ReportTooLarge | StorageUnavailable>;

const PAGE = 500;

/** Walks over a merchant's payments for one report, in pages of 500 and at most `most` payments in all its walks: what goes beyond is refused. */
export function paymentWalk(
  { payments }: Readonly<{ payments: Payments }>,
  merchantId: MerchantId,
  most: number,
): PaymentWalk {
  let read = 0;
  return (filter, take) =>
    safeTry(async function* () {
      for (let before: PaymentId | undefined; ; ) {
        const page = yield* payments.list(merchantId, filter, { limit: PAGE, ...present({ before }) });
        read += page.length;
        if (read > most) return err({ kind: 'ReportTooLarge' as const });
        for (const payment of page) take(payment);
        if (page.length < PAGE) return ok();
        before = page.at(-1)?.id;
      }
    });
}
