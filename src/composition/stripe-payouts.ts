import { stripeBankPayouts } from '../adapters/stripe/bank-payouts.ts';
import { stripePayouts } from '../adapters/stripe/payouts.ts';
import { vendorAccountsIn } from '../adapters/stripe/vendor-accounts.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { BankPayouts } from '../ports/approvals/bank-payouts.ts';
import type { Payouts } from '../ports/approvals/payouts.ts';
import { type StripeAccess, stripeClientOf } from './stripe-access.ts';
import { readAccountsAt, type VendorAccountsPlace } from './vendor-accounts.ts';

/** How vendors are paid on Stripe. `accounts`: where theirs are; without them every payout fails. */
export type StripePayoutSettings = Readonly<{ access: StripeAccess; accounts?: VendorAccountsPlace }>;

/** The paying side of Stripe, beside the processor of charges and with a client of its own. */
export const payoutsOnStripe = ({ access, accounts }: StripePayoutSettings, timeoutMs: number): Payouts =>
  stripePayouts(
    () => stripeClientOf(access, timeoutMs),
    vendorAccountsIn(accounts === undefined ? undefined : readAccountsAt(accounts)),
    systemClock,
  );

/** What becomes of vendors' balances there on the way to their banks. */
export const bankPayoutsOnStripe = (
  { access }: Pick<StripePayoutSettings, 'access'>,
  timeoutMs: number,
): BankPayouts => stripeBankPayouts(() => stripeClientOf(access, timeoutMs));
