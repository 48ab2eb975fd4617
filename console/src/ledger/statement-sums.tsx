import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { dayInWords } from '../approvals/due-days.ts';
import { money } from '../parts/money.ts';
import { daysAfter, type StatementDays } from './days.ts';
import type { Statement } from './ledger-queries.ts';
import type { LedgerSearch } from './ledger-search.ts';

/** Where the lines are that the sums are made of. */
export const LINES = 'statement-lines';

const LEADING = 'underline decoration-1 underline-offset-4 hover:decoration-2';

type Props = Readonly<{
  of: Statement;
  days: StatementDays;
  today: string;
  search: LedgerSearch;
}>;

/** What the account had, what came and went, and what it has by that; each leads to what it is made of. */
export function StatementSums({ of, days: { from, to }, today, search }: Props) {
  const { currency, entry_count } = of;
  const before = { ...search, start_date: undefined, end_date: daysAfter(from, -1) };
  const made = (amount: string) =>
    entry_count === 0 ? (
      amount
    ) : (
      <a href={`#${LINES}`} className={LEADING}>
        {amount}
      </a>
    );
  return (
    <dl className="card grid grid-cols-1 gap-x-6 gap-y-3 p-4 sm:grid-cols-2 lg:grid-cols-4">
      <Sum name="Opening balance" hint={`Balance at the start of ${dayInWords(from)}`}>
        <Link to="/ledger" search={before} className={LEADING}>
          {money(of.opening_balance, currency)}
        </Link>
      </Sum>
      <Sum name="Credits" hint="What arrived at the account">
        {made(money(of.credits, currency))}
      </Sum>
      <Sum name="Debits" hint="What left it">
        {made(money(of.debits, currency))}
      </Sum>
      <Sum
        name="Closing balance"
        hint={to < today ? `Balance at the end of ${dayInWords(to)}` : 'Balance now'}
      >
        {made(money(of.closing_balance, currency))}
      </Sum>
    </dl>
  );
}

const Sum = ({ name, hint, children }: Readonly<{ name: string; hint: string; children: ReactNode }>) => (
  <div>
    <dt className="text-quiet">{name}</dt>
    <dd className="text-lg font-semibold tabular-nums">{children}</dd>
    <dd className="text-[13px] text-quiet">{hint}</dd>
  </div>
);
