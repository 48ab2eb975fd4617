import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { List } from '../parts/list.tsx';
import { Page, Section } from '../parts/page.tsx';
import { Balances } from './balances.tsx';
import { EntryTable } from './entry-table.tsx';
import { balanceQuery, entryList } from './ledger-queries.ts';
import { Statement } from './statement.tsx';
import { Transfers } from './transfers.tsx';

const route = getRouteApi('/ledger');

/** What there is; of a chosen currency its statement, else the entries of all. */
export function LedgerPage() {
  const search = route.useSearch();
  const { currency } = search;
  const balance = useQuery(balanceQuery);
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
          <Balances balances={balance.data.balances} search={search} />
        )}
      </Section>
      {currency === undefined ? (
        <Section title="Entries">
          <Entries />
        </Section>
      ) : (
        <Section
          title={`Statement in ${currency}`}
          aside={
            <Link to="/ledger" search={{}} className="font-medium text-accent hover:underline">
              Show every currency
            </Link>
          }
        >
          <Statement currency={currency} />
        </Section>
      )}
      <Transfers />
    </Page>
  );
}

function Entries() {
  const list = useInfiniteQuery(entryList);
  return (
    <List list={list} name="entries" empty={<Empty title="No entry" />}>
      {(entries) => <EntryTable entries={entries} />}
    </List>
  );
}
