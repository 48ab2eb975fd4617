import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { type FormEvent, useId, useRef, useState } from 'react';
import { moveRow } from '../parts/shortcuts.ts';
import { paymentsOf } from '../shell/destinations.ts';

/** Finds by exactly what is typed: an email, an id, a key, an amount with its currency or a pair of metadata. */
export function PaymentSearchBox() {
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string>();
  const about = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = paymentsOf(field.current?.value ?? '');
    if (field.current === null || found === undefined) return;
    if ('fault' in found) return setFault(found.fault);
    field.current.value = '';
    field.current.blur();
    void navigate({ to: found.to, search: found.search ?? {} });
  };
  return (
    <form role="search" onSubmit={submit} className="relative max-w-xl">
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-quiet" />
      <input
        ref={field}
        data-search
        type="search"
        aria-label="Find by email, id, key, amount or name=value"
        aria-invalid={fault !== undefined}
        aria-describedby={about}
        placeholder="Email, id, key, 19.99 USD or name=value"
        autoComplete="off"
        spellCheck={false}
        className="field pr-9 pl-8 aria-invalid:border-bad"
        onChange={() => setFault(undefined)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') field.current?.blur();
          if (event.key === 'ArrowDown') moveRow(1);
        }}
      />
      <kbd className="key pointer-events-none absolute top-2 right-2">/</kbd>
      <p id={about} role="alert" className="mt-1 text-bad empty:hidden">
        {fault}
      </p>
    </form>
  );
}
