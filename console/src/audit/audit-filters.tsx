import { getRouteApi } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { inWords } from '../parts/badge.tsx';
import { FilterEnd } from '../parts/filter-end.tsx';
import { textOf } from '../parts/form-text.ts';
import { type AuditSearch, auditSearch, ENTITY_TYPES } from './audit-search.ts';

const route = getRouteApi('/audit');

/** The filters of the address, in one form: applied together, and kept in the address. */
export function AuditFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const apply = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const names = ['entity_type', 'entity_id', 'start_date', 'end_date'] as const;
    const given = Object.fromEntries(names.map((name) => [name, textOf(form, name)]));
    void navigate({ search: auditSearch.parse(given) });
  };
  return (
    <form
      key={JSON.stringify(search)}
      onSubmit={apply}
      aria-label="Filters"
      className="grid grid-cols-1 items-end gap-3 sm:grid-cols-2 lg:grid-cols-[12rem_minmax(0,1fr)_10rem_10rem_auto]"
    >
      <label className="flex flex-col gap-1 text-xs font-medium">
        Of
        <select
          name="entity_type"
          className="field text-sm font-normal"
          defaultValue={search.entity_type ?? ''}
        >
          <option value="">Everything</option>
          {ENTITY_TYPES.map((type) => (
            <option key={type} value={type}>
              {inWords(type)}
            </option>
          ))}
        </select>
      </label>
      <Field label="Id" name="entity_id" search={search} isSearched />
      <Field label="From (UTC)" name="start_date" type="date" search={search} />
      <Field label="To (UTC)" name="end_date" type="date" search={search} />
      <FilterEnd
        isFiltered={Object.values(search).some((value) => value !== undefined)}
        onClear={() => void navigate({ search: {} })}
      />
    </form>
  );
}

type FieldProps = Readonly<{
  label: string;
  name: keyof AuditSearch;
  type?: string;
  search: AuditSearch;
  isSearched?: boolean;
}>;

const Field = ({ label, name, type = 'text', search, isSearched = false }: FieldProps) => (
  <label className="flex min-w-0 flex-col gap-1 text-xs font-medium">
    {label}
    <input
      name={name}
      type={type}
      defaultValue={search[name]}
      autoComplete="off"
      {...(type === 'text' ? { pattern: ' *[!-~]{1,128} *', title: 'One id, without spaces' } : {})}
      data-search={isSearched ? '' : undefined}
      className="field text-sm font-normal"
    />
  </label>
);
