import { getRouteApi } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { inWords } from '../parts/badge.tsx';
import { useZone } from '../parts/clock.tsx';
import { Choose, Field } from '../parts/field.tsx';
import { FilterEnd } from '../parts/filter-end.tsx';
import { textOf } from '../parts/form-text.ts';
import type { StatementDays } from './days.ts';
import { ACCOUNTS, type Account, ledgerSearch } from './ledger-search.ts';

const route = getRouteApi('/ledger');

const NAMES = ['account', 'start_date', 'end_date'] as const;

type Props = Readonly<{ account: Account; days: StatementDays }>;

/** Of which account and days the statement is, applied together; in the address from then on. */
export function StatementForm({ account, days: { from, to } }: Props) {
  const { currency, ...filters } = route.useSearch();
  const navigate = route.useNavigate();
  const zone = useZone() === 'utc' ? 'UTC' : 'local time';
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = Object.fromEntries(NAMES.map((name) => [name, textOf(form, name)]));
    void navigate({ search: ledgerSearch.parse({ ...given, currency }) });
  };
  return (
    <form
      key={`${account} ${from} ${to}`}
      onSubmit={apply}
      aria-label="Statement"
      className="grid grid-cols-1 items-end gap-3 sm:grid-cols-2 lg:grid-cols-[12rem_11rem_11rem_auto]"
    >
      <Choose
        label="Account"
        name="account"
        choices={ACCOUNTS.map((name) => [name, inWords(name)] as const)}
        defaultValue={account}
      />
      <Field label={`From (${zone})`} name="start_date" type="date" defaultValue={from} />
      <Field label={`To (${zone})`} name="end_date" type="date" defaultValue={to} />
      <FilterEnd
        isFiltered={Object.values(filters).some((value) => value !== undefined)}
        onClear={() => void navigate({ search: { currency } })}
      />
    </form>
  );
}
