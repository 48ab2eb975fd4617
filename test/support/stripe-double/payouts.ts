import { okAsync } from 'neverthrow';
import { stripeBankPayouts } from '../../../src/adapters/stripe/bank-payouts.ts';
import { stripeClient } from '../../../src/adapters/stripe/client.ts';
import { stripePayouts } from '../../../src/adapters/stripe/payouts.ts';
import type { VendorAccounts } from '../../../src/adapters/stripe/vendor-accounts.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { DOUBLE_KEY, type StripeDouble } from './server.ts';

/** Every vendor is paid on the account of the double that is paid at once. */
const onOneAccount: VendorAccounts = () => okAsync('acct_double_vendor');

/** The paying side of the platform, against a double. */
export const payoutsAt = (double: StripeDouble, accounts = onOneAccount, timeoutMs = 5_000) =>
  stripePayouts(
    () => stripeClient({ secretKey: DOUBLE_KEY, apiBase: double.url, timeoutMs }),
    accounts,
    systemClock,
  );

/** References under which money left for good, once for each transfer that stands. */
export const transferred = (double: StripeDouble): readonly string[] =>
  [...double.books().transfers.values()].flatMap(({ reversed, transfer_group }) =>
    reversed ? [] : [transfer_group ?? ''],
  );

/** What becomes of vendors' balances on the way to their banks. */
export const bankPayoutsAt = (double: StripeDouble) =>
  stripeBankPayouts(() => stripeClient({ secretKey: DOUBLE_KEY, apiBase: double.url, timeoutMs: 5_000 }));
