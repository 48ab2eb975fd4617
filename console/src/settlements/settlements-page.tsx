import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Empty } from '../parts/answers.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { SettlementFilters } from './settlement-filters.tsx';
import { settlementList } from './settlement-queries.ts';
import { SettlementTable } from './settlement-table.tsx';

const route = getRouteApi('/settlements');

export function SettlementsPage() {
  const list = useInfiniteQuery(settlementList(route.useSearch()));
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
