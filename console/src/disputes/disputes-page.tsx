import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { mayUse } from '../api/session.ts';
import { Empty } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { useSteadyList } from '../parts/steady-list.ts';
import { FilterChip } from '../payments/filter-chip.tsx';
import { useSession } from '../shell/session-context.ts';
import { AcceptanceDialog } from './acceptance-dialog.tsx';
import { type Dispute, disputeList } from './dispute-queries.ts';
import { DISPUTE_STATUSES, type DisputeSearch } from './dispute-search.ts';
import { DisputeTable } from './dispute-table.tsx';

const route = getRouteApi('/disputes');

export function DisputesPage() {
  const session = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useSteadyList(useInfiniteQuery(disputeList(search)), JSON.stringify(search));
  const filter = (next: Partial<DisputeSearch>) => void navigate({ search: { ...search, ...next } });
  const [asked, setAsked] = useState<Dispute>();
  return (
    <Page title="Disputes">
      <div className="flex flex-wrap gap-2">
        <div role="group" aria-label="Status" className="flex flex-wrap gap-2">
          {DISPUTE_STATUSES.map((status) => (
            <button
              key={status}
              type="button"
              aria-pressed={search.status === status}
              onClick={() => filter({ status: search.status === status ? undefined : status })}
              className="chip aria-pressed:border-solid aria-pressed:border-accent aria-pressed:text-accent"
            >
              {inWords(status)}
            </button>
          ))}
        </div>
        {search.payment_id !== undefined && (
          <FilterChip
            name="Payment"
            value={search.payment_id}
            onClear={() => filter({ payment_id: undefined })}
          />
        )}
      </div>
      <List
        list={list}
        name="disputes"
        empty={
          <Empty title={noneOf(search)}>
            {search.status === undefined
              ? 'What cardholders dispute shows up here.'
              : 'Take it away to see the others.'}
          </Empty>
        }
      >
        {(disputes) => (
          <DisputeTable disputes={disputes} onAccept={mayUse(session, 'refunds') ? setAsked : undefined} />
        )}
      </List>
      {asked !== undefined && (
        <AcceptanceDialog
          dispute={asked}
          onClose={() => setAsked(undefined)}
          onDone={() => setAsked(undefined)}
        />
      )}
    </Page>
  );
}

const noneOf = ({ status, payment_id }: DisputeSearch): string => {
  if (status !== undefined) return 'No dispute has this status';
  return payment_id === undefined ? 'No dispute' : 'No dispute of this payment';
};
