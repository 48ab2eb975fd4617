import { getRouteApi, Link } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { inWords } from '../parts/badge.tsx';
import { Choose, CURRENCY, Field } from '../parts/field.tsx';
import { FilterEnd } from '../parts/filter-end.tsx';
import { textOf } from '../parts/form-text.ts';
import { AGES, type ExceptionSearch, exceptionSearch, KINDS, STATUSES } from './exception-search.ts';

const route = getRouteApi('/exceptions');

const NAMES = ['status', 'kind', 'age', 'currency', 'assigned_to'] as const;
const ANY = ['', 'Any'] as const;
const named = (values: readonly string[]) => values.map((value) => [value, inWords(value)] as const);

/** The filters of the address, in one form: a choice counts at once, what is typed by Enter. */
export function ExceptionFilters() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { reconciliation_id } = search;
  const apply = (form: HTMLFormElement) => {
    const data = new FormData(form);
    const given = Object.fromEntries(NAMES.map((name) => [name, textOf(data, name)]));
    const wanted = exceptionSearch.parse({
      ...given,
      currency: given['currency']?.toUpperCase(),
      reconciliation_id,
    });
    void navigate({ search: wanted.status === 'open' ? { ...wanted, status: undefined } : wanted });
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    apply(event.currentTarget);
  };
  const changed = ({ currentTarget, target }: FormEvent<HTMLFormElement>) => {
    if (target instanceof HTMLSelectElement && currentTarget.reportValidity()) apply(currentTarget);
  };
  return (
    <form
      onSubmit={submit}
      onChange={changed}
      aria-label="Filters"
      className="grid grid-cols-2 items-end gap-3 lg:grid-cols-[9rem_11rem_8rem_7rem_minmax(0,1fr)_auto]"
    >
      <Chosen
        label="Status"
        name="status"
        search={search}
        choices={[...named(STATUSES), ['any', 'Any']]}
        without="open"
      />
      <Chosen label="Kind" name="kind" search={search} choices={[ANY, ...named(KINDS)]} />
      <Chosen
        label="Age"
        name="age"
        search={search}
        choices={[ANY, ...AGES.map((age) => [age, age] as const)]}
      />
      <Typed {...CURRENCY} search={search} />
      <Typed label="Assigned to" name="assigned_to" search={search} />
      <FilterEnd
        isFiltered={Object.values(search).some((value) => value !== undefined)}
        onClear={() => void navigate({ search: {} })}
      />
      {reconciliation_id !== undefined && (
        <p className="col-span-full text-quiet">
          Only those of{' '}
          <Link
            to="/reconciliations/$id"
            params={{ id: reconciliation_id }}
            className="rounded font-medium text-accent hover:underline"
          >
            one reconciliation
          </Link>
          .
        </p>
      )}
    </form>
  );
}

type Named = Readonly<{
  label: string;
  name: keyof ExceptionSearch;
  pattern?: string;
  title?: string;
  search: ExceptionSearch;
}>;

const Chosen = ({
  search,
  without = '',
  ...rest
}: Named & Readonly<{ choices: readonly (readonly [string, string])[]; without?: string }>) => (
  <Choose key={search[rest.name] ?? ''} defaultValue={search[rest.name] ?? without} {...rest} />
);

const Typed = ({ search, ...rest }: Named) => (
  <Field key={search[rest.name] ?? ''} defaultValue={search[rest.name]} {...rest} />
);
