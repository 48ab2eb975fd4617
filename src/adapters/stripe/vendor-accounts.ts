import { readFile } from 'node:fs/promises';
import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import type { VendorId } from '../../domain/approvals/ids.ts';

/** Why a vendor has no account that could be paid; the reason that the payout fails with. */
type NoVendorAccount = Readonly<{
  kind: 'NoVendorAccount';
  reason: 'vendor_account_missing' | 'vendor_account_malformed' | 'vendor_accounts_unreadable';
}>;

/** The connected account that a vendor is paid on. */
export type VendorAccounts = (vendor: VendorId) => ResultAsync<string, NoVendorAccount>;

/** Accounts as Stripe names them. */
const ACCOUNT = /^acct_\w{4,250}$/;

/**
 * One JSON object, `{"<vendor's UUID>": "acct_…"}`, read again for each payout, so that a vendor is added without a restart.
 * Without a file no vendor has an account.
 */
export const vendorAccountsIn =
  (file: string | undefined): VendorAccounts =>
  (vendor) =>
    file === undefined
      ? errAsync(because('vendor_account_missing'))
      : readJson(file).andThen((accounts) => accountOf(accounts, vendor));

const because = (reason: NoVendorAccount['reason']): NoVendorAccount => ({ kind: 'NoVendorAccount', reason });

const readJson = ResultAsync.fromThrowable(
  async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8')),
  () => because('vendor_accounts_unreadable'),
);

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
