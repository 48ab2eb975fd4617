import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Eye } from 'lucide-react';
import { type FormEvent, useId } from 'react';
import { Empty, Failure } from '../parts/answers.tsx';
import { textOf } from '../parts/form-text.ts';
import { Page } from '../parts/page.tsx';
import { findCustomer } from './customer-queries.ts';
import { NewestCustomers } from './newest-customers.tsx';

/**
 * All customers, sealed, and a search for one by an exact email, which is kept in no address: only its fingerprint is stored, so no part of one
 * finds anything.
 */
export function CustomersPage() {
  const id = useId();
  const navigate = useNavigate();
  const search = useMutation({
    mutationFn: findCustomer,
    onSuccess: (customer) => {
      if (customer !== undefined) void navigate({ to: '/customers/$id', params: { id: customer.id } });
    },
  });
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = textOf(new FormData(event.currentTarget), 'email');
    if (email !== undefined) search.mutate(email);
  };
  return (
    <Page title="Customers">
      <form onSubmit={find} className="flex max-w-xl flex-col gap-1.5">
        <label htmlFor={id} className="font-medium">
          Email
        </label>
        <div className="flex gap-2">
          <input
            id={id}
            name="email"
            type="email"
            required
            autoComplete="off"
            spellCheck={false}
            data-search
            aria-describedby={`${id}-note`}
            className="field"
          />
          <button type="submit" className="button button-main h-9" disabled={search.isPending}>
            {search.isPending ? 'Looking…' : 'Find'}
          </button>
        </div>
        <p id={`${id}-note`} className="flex items-center gap-1.5 text-quiet">
          <Eye aria-hidden className="size-4 shrink-0" />
          The whole address, in any spelling of it. Each find is recorded in the audit trail.
        </p>
      </form>
      <div role="status" className="empty:hidden">
        {search.isSuccess && search.data === undefined && (
          <div className="card">
            <Empty title="No customer has this email">Nor has one whose details were erased.</Empty>
          </div>
        )}
      </div>
      {search.isError && <Failure error={search.error} />}
      <NewestCustomers />
    </Page>
  );
}
