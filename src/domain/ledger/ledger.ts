import { err, ok, type Result } from 'neverthrow';
import type { CurrencyCode } from '../kernel/currency.ts';
import type {
  ExceptionId,
  LedgerEntryId,
  MerchantId,
  PaymentId,
  StatementLineId,
  TransactionId,
  TransferId,
} from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Money, money } from '../kernel/money.ts';

/**
 * The accounts every merchant has in every currency. `available` is what the merchant may spend, `pending` what refunds
 * under way hold; `processor` is what the processor took in (a debit), `fees` what it kept, `transfers` what went to other
 * merchants or came from them (a debit), `bank` what the processor paid out to the merchant's bank (a debit), and `differences`
 * what was accepted as more (a credit) or less (a debit) than the books say.
 */
export const ACCOUNTS = [
  'available',
  'pending',
  'processor',
  'fees',
  'transfers',
  'bank',
  'differences',
] as const;
export type Account = (typeof ACCOUNTS)[number];

/**
 * `fee_refund` is a fee that the processor gave back; `payout_reversal` money that it took from the bank. A resolved exception posts
 * `difference_short` where the processor has less than the books say, and `difference_over` where it has more: what the merchant
 * may spend stays as it is.
 */
export type LedgerEntryType =
  | 'capture'
  | 'fee'
  | 'fee_refund'
  | 'refund_hold'
  | 'refund'
  | 'refund_release'
  | 'transfer_out'
  | 'transfer_in'
  | 'chargeback'
  | 'chargeback_reversal'
  | 'adjustment_credit'
  | 'adjustment_debit'
  | 'payout'
  | 'payout_reversal'
  | 'difference_short'
  | 'difference_over';

/**
 * What the entry came of: a transaction, a transfer, which has an entry on each side under its one id, a line of a processor's
 * statement, or an exception that was resolved.
 */
type Cause = Readonly<
  | { paymentId: PaymentId; transactionId: TransactionId }
  | { transferId: TransferId }
  | { statementLineId: StatementLineId }
  | { exceptionId: ExceptionId }
>;

/** The payment, transfer, line or exception. */
export function causeIdOf(cause: Cause): string {
  if ('paymentId' in cause) return cause.paymentId;
  if ('transferId' in cause) return cause.transferId;
  return 'statementLineId' in cause ? cause.statementLineId : cause.exceptionId;
}

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
  fee_refund: { debit: 'fees', credit: 'available' },
  refund_hold: { debit: 'available', credit: 'pending' },
  refund: { debit: 'pending', credit: 'processor' },
  refund_release: { debit: 'pending', credit: 'available' },
  transfer_out: { debit: 'available', credit: 'transfers' },
  transfer_in: { debit: 'transfers', credit: 'available' },
  chargeback: { debit: 'available', credit: 'processor' },
  chargeback_reversal: { debit: 'processor', credit: 'available' },
  adjustment_credit: { debit: 'processor', credit: 'available' },
  adjustment_debit: { debit: 'available', credit: 'processor' },
  payout: { debit: 'bank', credit: 'processor' },
  payout_reversal: { debit: 'processor', credit: 'bank' },
  difference_short: { debit: 'differences', credit: 'processor' },
  difference_over: { debit: 'processor', credit: 'differences' },
} as const satisfies Record<LedgerEntryType, Readonly<{ debit: Account; credit: Account }>>;

/** The most that one entry holds, in minor units: what every storage can. What rows of a file add up to may be more. */
const MOST_OF_ENTRY = 2n ** 63n - 1n;

/** Whether an entry can hold the amount, of either sign. */
export const isPostable = (units: bigint): boolean => -MOST_OF_ENTRY <= units && units <= MOST_OF_ENTRY;

/** How a fee is posted that was kept, or below zero given back; it is not zero. */
export const feePosting = ({ minorUnits, currency }: Money): Pick<LedgerEntry, 'type' | 'amount'> =>
  minorUnits > 0n
    ? { type: 'fee', amount: money(minorUnits, currency) }
    : { type: 'fee_refund', amount: money(-minorUnits, currency) };

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
  bank: 0n,
  differences: 0n,
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
