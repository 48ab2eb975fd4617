import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { mayUse } from '../api/session.ts';
import { Empty } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { useSteadyList } from '../parts/steady-list.ts';
import { useSession } from '../shell/session-context.ts';
import { AcceptanceDialog } from './acceptance-dialog.tsx';
import { type Dispute, disputeList } from './dispute-queries.ts';
import { DISPUTE_STATUSES } from './dispute-search.ts';
import { DisputeTable } from './dispute-table.tsx';

const route = getRouteApi('/disputes');

export function DisputesPage() {
  const session = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useSteadyList(useInfiniteQuery(disputeList(search)), search.status);
  const [asked, setAsked] = useState<Dispute>();
  return (
    <Page title="Disputes">
      <div role="group" aria-label="Status" className="flex flex-wrap gap-2">
        {DISPUTE_STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            aria-pressed={search.status === status}
            onClick={() => void navigate({ search: search.status === status ? {} : { status } })}
            className="chip aria-pressed:border-solid aria-pressed:border-accent aria-pressed:text-accent"
          >
            {inWords(status)}
          </button>
        ))}
      </div>
      <List
        list={list}
        name="disputes"
        empty={<Empty title={search.status === undefined ? 'No dispute' : 'No dispute has this status'} />}
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
