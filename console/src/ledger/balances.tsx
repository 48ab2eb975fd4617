import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { money } from '../parts/money.ts';
import type { CurrencyBalance } from './ledger-queries.ts';
import type { Account, LedgerSearch } from './ledger-search.ts';

type Props = Readonly<{ balances: readonly CurrencyBalance[]; search: LedgerSearch }>;

/** What there is in each currency, never added up across them. Each amount leads to the statement of its own account. */
export function Balances({ balances, search }: Props) {
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {balances.map((balance) => (
        <li key={balance.currency}>
          <BalanceCard balance={balance} search={search} />
        </li>
      ))}
    </ul>
  );
}

function BalanceCard({ balance, search }: Readonly<{ balance: CurrencyBalance; search: LedgerSearch }>) {
  const { currency, available, pending, paid_out, differences } = balance;
  const facts = [
    ['Held by refunds', pending, 'pending'],
    ['Paid out', paid_out, 'bank'],
    ['Differences', differences, 'differences'],
  ] as const;
  const isBelow = BigInt(available) < 0n;
  return (
    <div className="card flex flex-col gap-1 p-2">
      <ToStatement
        of={{ currency, account: undefined }}
        search={search}
        title={isBelow ? 'Refunds took more than was left after transfers' : undefined}
        className="flex flex-col py-2"
      >
        <span className="text-quiet">Available</span>
        <span className={`text-lg font-semibold tabular-nums ${isBelow ? 'text-bad' : ''}`}>
          {money(available, currency)}
        </span>
      </ToStatement>
      {facts.map(([name, amount, account]) => (
        <ToStatement
          key={account}
          of={{ currency, account }}
          search={search}
          className="flex justify-between gap-3 py-0.5 text-[13px]"
        >
          <span className="text-quiet">{name}</span>
          <span className="tabular-nums">{money(amount, currency)}</span>
        </ToStatement>
      ))}
    </div>
  );
}

type ToStatementProps = Readonly<{
  /** Without an account that of what is available. */
  of: Readonly<{ currency: string; account: Account | undefined }>;
  search: LedgerSearch;
  className: string;
  title?: string | undefined;
  children: ReactNode;
}>;

/** Leads to the statement of one account on the days that are looked at; that which is shown already, back from it. */
function ToStatement({ of, search, className, title, children }: ToStatementProps) {
  const isChosen =
    search.currency === of.currency && (search.account ?? 'available') === (of.account ?? 'available');
  return (
    <Link
      to="/ledger"
      search={isChosen ? {} : { ...search, ...of }}
      activeOptions={{ exact: true }}
      aria-current={isChosen ? 'true' : undefined}
      title={title}
      className={`rounded-md px-2 hover:bg-hover aria-current:bg-accent-wash ${className}`}
    >
      {children}
    </Link>
  );
}
