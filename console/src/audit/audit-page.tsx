import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { API } from '../api/address.ts';
import { Empty } from '../parts/answers.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { auditList } from './audit-queries.ts';
import { type AuditSearch, auditFilters, chainedIn } from './audit-search.ts';
import { AuditTrail } from './audit-trail.tsx';
import { ChainBadge } from './chain-badge.tsx';

const route = getRouteApi('/audit');

export function AuditPage() {
  const search = route.useSearch();
  const list = useInfiniteQuery(auditList(search));
  const newest = list.data?.pages.flatMap(({ items }) => items)[0];
  const chained = chainedIn(search, newest?.entity_type);
  return (
    <Page
      title="Audit"
      actions={
        <a className="button" href={reportOf(search)} download>
          <Download aria-hidden className="size-4" />
          Report as CSV
        </a>
      }
    >
      <AuditFilters />
      {chained !== undefined && <ChainBadge of={chained} />}
      <List
        list={list}
        name="the trail"
        empty={<Empty title="No entry matches">Take a filter away, or look at another time.</Empty>}
      >
        {(rows) => <AuditTrail entries={rows} />}
      </List>
    </Page>
  );
}

/** The report of the same days; without days, of the last thirty. */
function reportOf(search: AuditSearch): string {
  const { start_date, end_date } = auditFilters(search);
  const days = Object.entries({ start_date, end_date }).filter(([, value]) => value !== undefined);
  return `${API}/audit/report?${new URLSearchParams([['format', 'csv'], ...(days as [string, string][])])}`;
}
