import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Eye } from 'lucide-react';
import { useState } from 'react';
import { statusOf } from '../api/problem.ts';
import { mayUse } from '../api/session.ts';
import { erasureOf, looksAt } from '../audit/audit-queries.ts';
import { AuditTrail } from '../audit/audit-trail.tsx';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { BackLink } from '../parts/back-link.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Page, Section } from '../parts/page.tsx';
import { useSession } from '../shell/session-context.ts';
import { CustomerDetails } from './customer-details.tsx';
import { customerStatus, revealCustomer } from './customer-queries.ts';
import { EraseDialog } from './erase-dialog.tsx';
import { Erasure } from './erasure.tsx';

const route = getRouteApi('/customers/$id');

/** A customer, whose details stay sealed until they are asked for, or the record of their erasure, and who has looked at them. */
export function CustomerPage() {
  const { id } = route.useParams();
  return <CustomerOf key={id} id={id} />;
}

function CustomerOf({ id }: Readonly<{ id: string }>) {
  const queries = useQueryClient();
  const [isErasing, setErasing] = useState(false);
  const [isDone, setDone] = useState(false);
  const session = useSession();
  const mayRead = mayUse(session, 'audit');
  const status = useQuery(customerStatus(id));
  const isErased = isDone || status.data === 'erased';
  const readTrail = () =>
    Promise.all(
      [looksAt(id), erasureOf(id), customerStatus(id)].map(({ queryKey }) =>
        queries.invalidateQueries({ queryKey }),
      ),
    );
  const reveal = useMutation({ mutationFn: () => revealCustomer(id), onSettled: readTrail });
  const customer = isErased ? undefined : reveal.data;
  return (
    <Page
      title="Customer"
      eyebrow={<BackLink to="/customers">Customers</BackLink>}
      actions={
        <Link to="/payments" search={{ customer_id: id }} className="button">
          Payments
        </Link>
      }
    >
      <div className="-mt-2">
        <Copyable text={id} label="customer id" />
      </div>
      <Section title="Details">
        <div role="status" className="empty:hidden">
          {isErased && <p className="rounded-lg bg-good-wash px-4 py-3 text-good">The details are erased.</p>}
        </div>
        {isErased && <Erasure id={id} mayRead={mayRead} />}
        {status.isPending && <Skeleton rows={1} label="Loading the customer" />}
        {status.isLoadingError && <Failure error={status.error} retry={() => void status.refetch()} />}
        {status.data === null && (
          <div className="card">
            <Empty title="There is no such customer">
              Ids begin with <code className="font-mono">cus_</code>; an email is looked for among the
              customers.
            </Empty>
          </div>
        )}
        {customer === undefined && !isErased && status.data != null && (
          <div className="card flex flex-wrap items-center justify-between gap-3 p-4">
            <p className="text-quiet">Email, name, phone and payment methods are kept encrypted.</p>
            <button
              type="button"
              className="button"
              disabled={reveal.isPending}
              onClick={() => reveal.mutate()}
            >
              <Eye aria-hidden className="size-4" />
              {reveal.isPending ? 'Revealing…' : 'Reveal, and be recorded'}
            </button>
          </div>
        )}
        {reveal.isError && !isErased && <Failure error={reveal.error} />}
        {customer !== undefined && (
          <>
            <CustomerDetails customer={customer} />
            <button type="button" className="button w-fit text-bad" onClick={() => setErasing(true)}>
              Erase…
            </button>
          </>
        )}
      </Section>
      {status.data !== null && <Looks id={id} />}
      {isErasing && customer !== undefined && (
        <EraseDialog
          customer={customer}
          onClose={() => setErasing(false)}
          onDone={() => {
            setErasing(false);
            setDone(true);
            void readTrail();
          }}
        />
      )}
    </Page>
  );
}

function Looks({ id }: Readonly<{ id: string }>) {
  const looks = useQuery(looksAt(id));
  if (statusOf(looks.error) === 403) return null;
  return (
    <Section title="Who looked">
      {looks.isError ? (
        <Failure error={looks.error} retry={() => void looks.refetch()} />
      ) : (
        <div className="card overflow-hidden">
          {looks.isPending ? (
            <Skeleton rows={2} label="Loading who looked" />
          ) : looks.data.items.length === 0 ? (
            <Empty title="The details were not looked at" />
          ) : (
            <AuditTrail entries={looks.data.items} />
          )}
        </div>
      )}
    </Section>
  );
}
