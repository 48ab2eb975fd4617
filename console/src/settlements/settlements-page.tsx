import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Empty } from '../parts/answers.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { useSteadyList } from '../parts/steady-list.ts';
import { SettlementFilters } from './settlement-filters.tsx';
import { settlementList } from './settlement-queries.ts';
import { SettlementTable } from './settlement-table.tsx';

const route = getRouteApi('/settlements');

export function SettlementsPage() {
  const search = route.useSearch();
  const list = useSteadyList(useInfiniteQuery(settlementList(search)), JSON.stringify(search));
  return (
    <Page title="Settlements">
      <SettlementFilters />
      <List
        list={list}
        name="settlements"
        empty={
          <Empty title="No settlement matches">
            A processor’s file makes one for each date, currency and payout that it names.
          </Empty>
        }
      >
        {(settlements) => <SettlementTable settlements={settlements} />}
      </List>
    </Page>
  );
}
