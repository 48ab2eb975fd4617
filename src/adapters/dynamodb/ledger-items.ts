import { type CurrencyCode, storedCurrency } from '../../domain/kernel/currency.ts';
import type {
  ExceptionId,
  LedgerEntryId,
  MerchantId,
  PaymentId,
  StatementLineId,
  TransactionId,
  TransferId,
} from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { jsonText, parseJson, type Whole, whole } from '../../domain/kernel/json.ts';
import { money } from '../../domain/kernel/money.ts';
import {
  ACCOUNTS,
  type Account,
  addBalances,
  type Balance,
  balancesOf,
  causeIdOf,
  emptyBalance,
  type LedgerEntry,
  type LedgerEntryType,
} from '../../domain/ledger/ledger.ts';
import { isTallied } from '../../domain/ledger/ledger-tally.ts';
import type { CurrentBalance } from '../../ports/balances.ts';
import type { Change, Spending } from '../../ports/commits.ts';
import { type Item, sealedItem } from './items.ts';
import { balancePartKey, spendingKey } from './sum-keys.ts';
import type { Addition } from './sums.ts';
import { ledgerKey } from './table.ts';

/** 1 on an entry that is in its ledger tally. Beside the seal, as entries of an older version get it later. */
export const TALLIED = 'tallied';

export const ledgerItem = (entry: LedgerEntry): Item => ({
  ...sealedItem('ledger_entry', {
    ...ledgerKey(entry.merchantId, entry.id),
    currency: entry.amount.currency,
    record: jsonText({
      // First, as lists look for it there.
      type: entry.type,
      debit: entry.debit,
      credit: entry.credit,
      amount: whole(entry.amount.minorUnits),
      created_at: entry.createdAt,
      ...causeAttributes(entry),
    }),
  }),
  ...(isTallied(entry.type) ? { [TALLIED]: 1 } : {}),
});

function causeAttributes(entry: LedgerEntry) {
  if ('transferId' in entry) return { transfer_id: entry.transferId };
  if ('statementLineId' in entry) return { statement_line_id: entry.statementLineId };
  if ('exceptionId' in entry) return { exception_id: entry.exceptionId };
  return { payment_id: entry.paymentId, transaction_id: entry.transactionId };
}

export function ledgerEntryOf(item: Item, merchantId: MerchantId): LedgerEntry {
  const stored = item as Readonly<{ sk: LedgerEntryId; currency: string; record: string }>;
  const record = parseJson(stored.record) as StoredEntry;
  const { type, debit, credit, payment_id, transaction_id } = record;
  const amount = money(BigInt(record.amount), storedCurrency(stored.currency));
  const known = { id: stored.sk, merchantId, type, debit, credit, amount, createdAt: record.created_at };
  if (record.transfer_id !== undefined) return { ...known, transferId: record.transfer_id };
  if (record.statement_line_id !== undefined) return { ...known, statementLineId: record.statement_line_id };
  if (record.exception_id !== undefined) return { ...known, exceptionId: record.exception_id };
  if (payment_id === undefined || transaction_id === undefined)
    throw new Error(`ledger entry ${stored.sk} lacks what it came of`);
  return { ...known, paymentId: payment_id, transactionId: transaction_id };
}

type StoredEntry = Readonly<{
  type: LedgerEntryType;
  debit: Account;
  credit: Account;
  amount: Whole;
  created_at: Instant;
  payment_id?: PaymentId;
  transaction_id?: TransactionId;
  transfer_id?: TransferId;
  statement_line_id?: StatementLineId;
  exception_id?: ExceptionId;
}>;

/** What the entries add to balances, all but what is spent: that is added by `spendingAddition`. */
export const balanceAdditions = ({ entries, spending }: Change): readonly Addition[] => {
  const [first] = entries;
  if (first === undefined) return [];
  return balancesOf(entries)
    .filter((balance) => !isSpent(balance, spending))
    .map((balance) => ({
      key: balancePartKey(balance.merchantId, balance.currency, causeIdOf(first)),
      amounts: amountsOf(balance),
    }));
};

/**
 * Everything spent of one balance is added up in one item, together with how many times: a read of that item gives a
 * count and a sum that belong together, whatever else is under way. Spending waits for its turn anyway.
 */
export function spendingAddition(spending: Spending, entries: readonly LedgerEntry[]): Addition {
  const spent = balancesOf(entries).find((balance) => isSpent(balance, spending));
  return {
    key: spendingKey(spending.merchantId, spending.currency),
    amounts: { spendings: 1n, ...(spent === undefined ? {} : amountsOf(spent)) },
  };
}

const isSpent = ({ merchantId, currency }: Balance, spending: Spending | undefined): boolean =>
  merchantId === spending?.merchantId && currency === spending.currency;

/** `available` is there even when it stays as it is: an item without it holds no entry's amount. */
const amountsOf = (balance: Balance): Readonly<Record<string, bigint>> =>
  Object.fromEntries(
    ACCOUNTS.filter((account) => account === 'available' || balance[account] !== 0n).map((account) => [
      account,
      balance[account],
    ]),
  );

/** A merchant's balances, from all of their parts. */
export function currentBalances(merchantId: MerchantId, parts: readonly Item[]): readonly CurrentBalance[] {
  const balances = new Map<CurrencyCode, CurrentBalance>();
  const spendings = new Map<CurrencyCode, number>();
  for (const part of parts) {
    const currency = storedCurrency(String(part['sk']));
    if (part['spendings'] !== undefined) spendings.set(currency, Number(part['spendings']));
    if (part['available'] === undefined) continue;
    const before = balances.get(currency) ?? { ...emptyBalance(merchantId, currency), spendings: 0 };
    balances.set(currency, { ...before, ...addBalances(before, balanceOf(merchantId, currency, part)) });
  }
  return [...balances.values()]
    .map((balance) => ({ ...balance, spendings: spendings.get(balance.currency) ?? 0 }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** What one item holds of a balance; an amount that it lacks counts as 0. */
export const balanceOf = (merchantId: MerchantId, currency: CurrencyCode, part: Item): Balance => ({
  ...emptyBalance(merchantId, currency),
  ...(Object.fromEntries(
    ACCOUNTS.map((account) => [account, BigInt((part[account] ?? 0) as Whole)]),
  ) as Record<Account, bigint>),
});
