import { getRouteApi } from '@tanstack/react-router';
import { inWords } from '../parts/badge.tsx';
import { decimal } from '../parts/money.ts';
import { FilterChip } from './filter-chip.tsx';
import { AmountFilter, DateFilter, StatusFilter } from './filter-forms.tsx';
import type { PaymentSearch } from './payment-search.ts';

const route = getRouteApi('/payments');

/** What of the address is shown as a chip of its own, with no form: it came from the search box or another page. */
const FOUND_BY = [
  ['customer_email', 'Email'],
  ['customer_id', 'Customer'],
  ['idempotency_key', 'Key'],
  ['metadata', 'Metadata'],
  ['decline_code', 'Declined as'],
] as const;

const range = (from: string | undefined, to: string | undefined): string | undefined => {
  if (from !== undefined && to !== undefined) return from === to ? from : `${from} – ${to}`;
  return from === undefined ? to && `up to ${to}` : `from ${from}`;
};

const amounts = ({ currency, min_amount, max_amount }: PaymentSearch): string | undefined => {
  if (currency === undefined) return undefined;
  const written = (minor: string | undefined) => minor && decimal(BigInt(minor), currency);
  const between = range(written(min_amount), written(max_amount));
  return between === undefined ? currency : `${between} ${currency}`;
};

/** The filters of the address, as chips that are opened, changed and taken away. */
export function FilterBar() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changed: Partial<PaymentSearch>) =>
    void navigate({ search: (was) => ({ ...was, ...changed }) });
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <div role="group" aria-label="Filters" className="relative flex flex-wrap items-center gap-2">
      {FOUND_BY.map(([name, label]) => {
        const value = search[name];
        if (value === undefined) return null;
        return (
          <FilterChip key={name} name={label} value={value} onClear={() => change({ [name]: undefined })} />
        );
      })}
      <FilterChip
        name="Status"
        value={search.status && inWords(search.status)}
        onClear={() => change({ status: undefined, decline_code: undefined })}
      >
        {(close) => <StatusFilter search={search} change={change} close={close} />}
      </FilterChip>
      <FilterChip
        name="Amount"
        value={amounts(search)}
        onClear={() => change({ currency: undefined, min_amount: undefined, max_amount: undefined })}
      >
        {(close) => <AmountFilter search={search} change={change} close={close} />}
      </FilterChip>
      <FilterChip
        name="Created"
        value={range(search.start_date, search.end_date)}
        onClear={() => change({ start_date: undefined, end_date: undefined })}
      >
        {(close) => <DateFilter search={search} change={change} close={close} />}
      </FilterChip>
      <button
        type="button"
        aria-pressed={search.attention !== undefined}
        onClick={() => change({ attention: search.attention === undefined ? 'true' : undefined })}
        className="chip aria-pressed:border-solid aria-pressed:border-accent aria-pressed:text-accent"
      >
        Needs attention
      </button>
      {isFiltered && (
        <button
          type="button"
          className="h-7 px-1 font-medium text-accent hover:underline"
          onClick={({ currentTarget }) => {
            // It goes with the last filter.
            currentTarget.parentElement?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
            void navigate({ search: {} });
          }}
        >
          Clear all
        </button>
      )}
    </div>
  );
}
