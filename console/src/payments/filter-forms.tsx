import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { inWords } from '../parts/badge.tsx';
import { textOf } from '../parts/form-text.ts';
import { decimal, parseDecimal } from '../parts/money.ts';
import { type PaymentSearch, STATUSES } from './payment-search.ts';

type Props = Readonly<{
  search: PaymentSearch;
  change: (changed: Partial<PaymentSearch>) => void;
  close: () => void;
}>;

function Form({ onSubmit, children }: Readonly<{ onSubmit: (form: FormData) => void; children: ReactNode }>) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {children}
      <button type="submit" className="button button-main">
        Apply
      </button>
    </form>
  );
}

type FieldProps = Readonly<{
  label: string;
  name: string;
  type?: string;
  value: string | undefined;
  first?: boolean;
}>;

function Field({ label, name, type = 'text', value, first = false }: FieldProps) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium">
        {label}
      </label>
      <input id={id} name={name} type={type} defaultValue={value} autoFocus={first} className="field" />
    </div>
  );
}

export function StatusFilter({ search, change, close }: Props) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium">
        Status
      </label>
      <select
        id={id}
        autoFocus
        className="field"
        value={search.status ?? ''}
        onChange={({ target }) => {
          const status = (target.value || undefined) as PaymentSearch['status'];
          // A decline is of payments that failed.
          change(status === 'failed' ? { status } : { status, decline_code: undefined });
          close();
        }}
      >
        <option value="">Any</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {inWords(status)}
          </option>
        ))}
      </select>
    </div>
  );
}

export function DateFilter({ search, change, close }: Props) {
  return (
    <Form
      onSubmit={(form) => {
        change({ start_date: textOf(form, 'from'), end_date: textOf(form, 'to') });
        close();
      }}
    >
      <Field label="From (UTC)" name="from" type="date" value={search.start_date?.slice(0, 10)} first />
      <Field label="To (UTC)" name="to" type="date" value={search.end_date?.slice(0, 10)} />
    </Form>
  );
}

export function AmountFilter({ search, change, close }: Props) {
  const [fault, setFault] = useState<string>();
  const written = (minor: string | undefined) =>
    minor && search.currency && decimal(BigInt(minor), search.currency, false);
  return (
    <Form
      onSubmit={(form) => {
        const currency = textOf(form, 'currency')?.toUpperCase() ?? '';
        if (!/^[A-Z]{3}$/.test(currency)) return setFault('A currency is three letters, as USD.');
        const [from, to] = ['from', 'to'].map((name) => textOf(form, name));
        const [least, most] = [from, to].map((text) => text && parseDecimal(text, currency));
        if ((from && least === undefined) || (to && most === undefined))
          return setFault(`An amount is written as ${decimal(1999, currency)}.`);
        change({ currency, min_amount: least?.toString(), max_amount: most?.toString() });
        close();
      }}
    >
      <Field label="Currency" name="currency" value={search.currency} first />
      <div className="flex gap-2">
        <Field label="From" name="from" value={written(search.min_amount)} />
        <Field label="To" name="to" value={written(search.max_amount)} />
      </div>
      {fault !== undefined && (
        <p role="alert" className="text-bad">
          {fault}
        </p>
      )}
    </Form>
  );
}
