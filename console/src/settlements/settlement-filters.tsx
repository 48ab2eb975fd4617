import { getRouteApi } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { inWords } from '../parts/badge.tsx';
import { Choose, CURRENCY, Field } from '../parts/field.tsx';
import { FilterEnd } from '../parts/filter-end.tsx';
import { textOf } from '../parts/form-text.ts';
import { STATUSES, settlementSearch } from './settlement-search.ts';

const route = getRouteApi('/settlements');

const NAMES = ['start_date', 'end_date', 'status', 'currency', 'payout_id'] as const;

/** The filters of the address, applied together. */
export function SettlementFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = Object.fromEntries(NAMES.map((name) => [name, textOf(form, name)]));
    const wanted = settlementSearch.parse({ ...given, currency: given['currency']?.toUpperCase() });
    void navigate({ search: wanted });
  };
  return (
    <form
      key={JSON.stringify(search)}
      onSubmit={apply}
      aria-label="Filters"
      className="grid grid-cols-2 items-end gap-3 lg:grid-cols-[10rem_10rem_13rem_6rem_minmax(0,1fr)_auto]"
    >
      <Field label="From" name="start_date" type="date" defaultValue={search.start_date} />
      <Field label="To" name="end_date" type="date" defaultValue={search.end_date} />
      <Choose
        label="Status"
        name="status"
        choices={[['', 'Any'], ...STATUSES.map((status) => [status, inWords(status)] as const)]}
        defaultValue={search.status ?? ''}
      />
      <Field {...CURRENCY} defaultValue={search.currency} />
      <Field label="Payout" name="payout_id" maxLength={255} defaultValue={search.payout_id} />
      <FilterEnd
        isFiltered={Object.values(search).some((value) => value !== undefined)}
        onClear={() => void navigate({ search: {} })}
      />
    </form>
  );
}
