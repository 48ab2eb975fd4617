import { stripePayouts } from '../adapters/stripe/payouts.ts';
import { vendorAccountsIn } from '../adapters/stripe/vendor-accounts.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { Payouts } from '../ports/approvals/payouts.ts';
import { type StripeAccess, stripeClientOf } from './stripe-access.ts';

/** How vendors are paid on Stripe. `accountsFile`: where their accounts are; without one every payout fails. */
export type StripePayoutSettings = Readonly<{ access: StripeAccess; accountsFile?: string }>;

/** The paying side of Stripe, beside the processor of charges and with a client of its own. */
export const payoutsOnStripe = ({ access, accountsFile }: StripePayoutSettings, timeoutMs: number): Payouts =>
  stripePayouts(() => stripeClientOf(access, timeoutMs), vendorAccountsIn(accountsFile), systemClock);
