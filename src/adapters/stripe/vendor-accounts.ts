import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { VendorId } from '../../domain/approvals/ids.ts';

/** Why a vendor has no account that could be paid; the reason that the payout fails with. */
type NoVendorAccount = Readonly<{
  kind: 'NoVendorAccount';
  reason: 'vendor_account_missing' | 'vendor_account_malformed' | 'vendor_accounts_unreadable';
}>;

/** Where accounts are kept does not answer now, and may later: nothing is said of the vendor. */
type VendorAccountsAway = Readonly<{ kind: 'VendorAccountsAway' }>;

/** The connected account that a vendor is paid on. */
export type VendorAccounts = (vendor: VendorId) => ResultAsync<string, NoVendorAccount | VendorAccountsAway>;

/** The text that accounts are in. `unreadable` until people put it right, `away` until it is asked again. */
export type ReadAccounts = () => ResultAsync<string, 'unreadable' | 'away'>;

/** Accounts as Stripe names them. */
const ACCOUNT = /^acct_\w{4,250}$/;

/**
 * One JSON object, `{"<vendor's UUID>": "acct_…"}`, read again for each payout, so that a vendor is added without a restart.
 * Without a text no vendor has an account.
 */
export const vendorAccountsIn =
  (read: ReadAccounts | undefined): VendorAccounts =>
  (vendor) =>
    read === undefined
      ? errAsync(because('vendor_account_missing'))
      : read()
          .mapErr((fault) =>
            fault === 'away'
              ? ({ kind: 'VendorAccountsAway' } as const)
              : because('vendor_accounts_unreadable'),
          )
          .andThen((text) => accountOf(parsed(text), vendor));

const because = (reason: NoVendorAccount['reason']): NoVendorAccount => ({ kind: 'NoVendorAccount', reason });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** UUIDs are compared without regard to case, as they are wherever they come in. */
function accountOf(accounts: unknown, vendor: VendorId): ResultAsync<string, NoVendorAccount> {
  if (typeof accounts !== 'object' || accounts === null || Array.isArray(accounts))
    return errAsync(because('vendor_accounts_unreadable'));
  const [, account] = Object.entries(accounts).find(([id]) => id.toLowerCase() === vendor) ?? [];
  if (account === undefined) return errAsync(because('vendor_account_missing'));
  return typeof account === 'string' && ACCOUNT.test(account)
    ? okAsync(account)
    : errAsync(because('vendor_account_malformed'));
}
