import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { FraudThresholds } from '../../domain/approvals/fraud.ts';
import { type FraudRules, NEWEST_PAYMENTS } from '../../domain/approvals/fraud-rules.ts';
import {
  counted,
  type EarlierPayment,
  earlierPayment,
  NOTHING_TRIED,
  type TrialCounts,
  type TriedPayment,
  tryOn,
} from '../../domain/approvals/fraud-trial.ts';
import type { VendorId, VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../domain/approvals/vendor-payment.ts';
import { present } from '../../domain/kernel/present.ts';
import type { VendorPayments } from '../../ports/approvals/vendor-payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** How many payments are read at a time. */
const PAGE = 500;

/**
 * Scores every payment there is anew, oldest first, by rules that are not in force, and gives each to `tell` with what it
 * was. Writes nothing. One read for 500 payments; keeps what rules go by of the newest 100 payments of each vendor.
 */
export type TryFraudRules = (
  rules: FraudRules,
  thresholds: FraudThresholds,
  tell: (payment: VendorPayment, tried: TriedPayment) => void,
) => ResultAsync<TrialCounts, StorageUnavailable>;

export const tryFraudRules =
  ({ vendorPayments }: Readonly<{ vendorPayments: VendorPayments }>): TryFraudRules =>
  (rules, thresholds, tell) =>
    safeTry(async function* () {
      const pasts = new Map<VendorId, readonly EarlierPayment[]>();
      let counts = NOTHING_TRIED;
      let after: VendorPaymentId | undefined;
      for (;;) {
        const page = yield* vendorPayments.list({}, { order: 'oldest', limit: PAGE, ...present({ after }) });
        for (const payment of page) {
          const past = pasts.get(payment.vendorId) ?? [];
          const tried = tryOn(payment, past, rules, thresholds);
          counts = counted(counts, payment, tried);
          tell(payment, tried);
          pasts.set(payment.vendorId, [earlierPayment(payment), ...past].slice(0, NEWEST_PAYMENTS));
        }
        after = page.at(-1)?.id;
        if (page.length < PAGE) return ok(counts);
      }
    });
