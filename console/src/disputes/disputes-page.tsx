import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { mayUse } from '../api/session.ts';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { LoadMore } from '../parts/load-more.tsx';
import { Page } from '../parts/page.tsx';
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
  const list = useInfiniteQuery(disputeList(search));
  const [asked, setAsked] = useState<Dispute>();
  const disputes = list.data?.pages.flatMap(({ items }) => items) ?? [];
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
      {list.isError && disputes.length === 0 ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : (
        <div className="card overflow-hidden">
          {list.isPending ? (
            <Skeleton label="Loading disputes" />
          ) : disputes.length === 0 ? (
            <Empty title={search.status === undefined ? 'No dispute' : 'No dispute has this status'} />
          ) : (
            <DisputeTable disputes={disputes} onAccept={mayUse(session, 'refunds') ? setAsked : undefined} />
          )}
        </div>
      )}
      <LoadMore list={list} shown={disputes.length} />
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
