import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { LoadMore } from '../parts/load-more.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Balances } from './balances.tsx';
import { EntryTable } from './entry-table.tsx';
import { balanceQuery, entryList } from './ledger-queries.ts';

const route = getRouteApi('/ledger');

export function LedgerPage() {
  const { currency } = route.useSearch();
  const balance = useQuery(balanceQuery);
  const list = useInfiniteQuery(entryList(currency));
  const entries = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page title="Ledger">
      <Section title="Balances">
        {balance.isError && balance.data === undefined ? (
          <Failure error={balance.error} retry={() => void balance.refetch()} />
        ) : balance.isPending ? (
          <Skeleton rows={3} label="Loading balances" />
        ) : balance.data.balances.length === 0 ? (
          <Empty title="No money has moved yet">The first capture shows up here.</Empty>
        ) : (
          <Balances balances={balance.data.balances} chosen={currency} />
        )}
      </Section>
      <Section
        title={currency === undefined ? 'Entries' : `Entries in ${currency}`}
        aside={
          currency !== undefined && (
            <Link to="/ledger" search={{}} className="font-medium text-accent hover:underline">
              Show every currency
            </Link>
          )
        }
      >
        {list.isError && entries.length === 0 ? (
          <Failure error={list.error} retry={() => void list.refetch()} />
        ) : (
          <div className="card overflow-hidden">
            {list.isPending ? (
              <Skeleton label="Loading entries" />
            ) : entries.length === 0 ? (
              <Empty title="No entry" />
            ) : (
              <EntryTable entries={entries} />
            )}
          </div>
        )}
        <LoadMore list={list} shown={entries.length} />
      </Section>
    </Page>
  );
}
