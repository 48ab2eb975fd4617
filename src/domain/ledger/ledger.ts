import { err, ok, type Result } from 'neverthrow';
import type { CurrencyCode } from '../kernel/currency.ts';
import type { LedgerEntryId, MerchantId, PaymentId, TransactionId, TransferId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Money, money } from '../kernel/money.ts';

/**
 * The accounts every merchant has in every currency. `available` is what the merchant may spend, `pending` what refunds
 * under way hold; `processor` is what the processor took in (a debit), `fees` what it kept, `transfers` what went to other
 * merchants (a debit) or came from them.
 */
export const ACCOUNTS = ['available', 'pending', 'processor', 'fees', 'transfers'] as const;
export type Account = (typeof ACCOUNTS)[number];

export type LedgerEntryType =
  | 'capture'
  | 'fee'
  | 'refund_hold'
  | 'refund'
  | 'refund_release'
  | 'transfer_out'
  | 'transfer_in';

/** What the entry came of. A transfer has an entry on each side, under the transfer's one id. */
type Cause = Readonly<{ paymentId: PaymentId; transactionId: TransactionId } | { transferId: TransferId }>;

/**
 * One double entry: `amount`, always positive, leaves `debit` and arrives at `credit`, both of one merchant, so that
 * debits equal credits by construction. Entries are only ever added.
 */
export type LedgerEntry = Readonly<{
  id: LedgerEntryId;
  merchantId: MerchantId;
  type: LedgerEntryType;
  debit: Account;
  credit: Account;
  amount: Money;
  createdAt: Instant;
}> &
  Cause;

/** Which accounts each type of entry moves money between. */
const SIDES = {
  capture: { debit: 'processor', credit: 'available' },
  fee: { debit: 'available', credit: 'fees' },
  refund_hold: { debit: 'available', credit: 'pending' },
  refund: { debit: 'pending', credit: 'processor' },
  refund_release: { debit: 'pending', credit: 'available' },
  transfer_out: { debit: 'available', credit: 'transfers' },
  transfer_in: { debit: 'transfers', credit: 'available' },
} as const satisfies Record<LedgerEntryType, Readonly<{ debit: Account; credit: Account }>>;

export const ledgerEntry = (
  entry: Readonly<{
    id: LedgerEntryId;
    merchantId: MerchantId;
    type: LedgerEntryType;
    amount: Money;
    createdAt: Instant;
  }> &
    Cause,
): LedgerEntry => ({ ...entry, ...SIDES[entry.type] });

/** Credits less debits of every account, in minor units of `currency`; their sum is 0. */
export type Balance = Readonly<{ merchantId: MerchantId; currency: CurrencyCode }> &
  Readonly<Record<Account, bigint>>;

/** What entries add up to, for each merchant and currency among them, ordered by both. */
export function balancesOf(entries: readonly LedgerEntry[]): readonly Balance[] {
  const balances = new Map<string, Balance>();
  for (const { merchantId, amount, debit, credit } of entries) {
    const { currency, minorUnits } = amount;
    const key = `${merchantId} ${currency}`;
    const before = balances.get(key) ?? emptyBalance(merchantId, currency);
    const debited = { ...before, [debit]: before[debit] - minorUnits };
    balances.set(key, { ...debited, [credit]: debited[credit] + minorUnits });
  }
  return [...balances.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, balance]) => balance);
}

export const emptyBalance = (merchantId: MerchantId, currency: CurrencyCode): Balance => ({
  merchantId,
  currency,
  available: 0n,
  pending: 0n,
  processor: 0n,
  fees: 0n,
  transfers: 0n,
});

export type InsufficientFunds = Readonly<{ kind: 'InsufficientFunds'; available: Money }>;

/** What may be spent of `available`, which is of the amount's currency and may be below zero. */
export const withinFunds = (available: bigint, amount: Money): Result<Money, InsufficientFunds> =>
  amount.minorUnits > available
    ? err({ kind: 'InsufficientFunds', available: money(available, amount.currency) })
    : ok(amount);

/** Two balances of one merchant and currency as one. */
export const addBalances = (a: Balance, b: Balance): Balance => ({
  ...a,
  ...(Object.fromEntries(ACCOUNTS.map((account) => [account, a[account] + b[account]])) as Record<
    Account,
    bigint
  >),
});
