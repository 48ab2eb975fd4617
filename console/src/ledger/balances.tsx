import { Link } from '@tanstack/react-router';
import { money } from '../parts/money.ts';
import type { CurrencyBalance } from './ledger-queries.ts';
import type { LedgerSearch } from './ledger-search.ts';

type Props = Readonly<{ balances: readonly CurrencyBalance[]; search: LedgerSearch }>;

/** What there is in each currency, never added up across them. Each leads to the statement of what it is made of. */
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
  const isChosen = currency === search.currency;
  const facts = [
    ['Held by refunds', pending],
    ['Paid out', paid_out],
    ['Differences', differences],
  ] as const;
  return (
    <Link
      to="/ledger"
      search={isChosen ? {} : { ...search, currency }}
      activeOptions={{ exact: true }}
      aria-current={isChosen ? 'true' : undefined}
      className="card flex flex-col gap-3 p-4 hover:bg-hover aria-current:border-accent"
    >
      <span className="flex flex-col">
        <span className="text-quiet">Available</span>
        <span
          className={`text-lg font-semibold tabular-nums ${BigInt(available) < 0n ? 'text-bad' : ''}`}
          title={BigInt(available) < 0n ? 'Refunds took more than was left after transfers' : undefined}
        >
          {money(available, currency)}
        </span>
      </span>
      <span className="flex flex-col gap-1 text-[13px]">
        {facts.map(([name, amount]) => (
          <span key={name} className="flex justify-between gap-3">
            <span className="text-quiet">{name}</span>
            <span className="tabular-nums">{money(amount, currency)}</span>
          </span>
        ))}
      </span>
    </Link>
  );
}
