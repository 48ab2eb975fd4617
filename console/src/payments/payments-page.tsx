import { getRouteApi } from '@tanstack/react-router';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { useKept } from '../parts/kept.ts';
import { useLookedFor } from '../parts/list.tsx';
import { LoadMore } from '../parts/load-more.tsx';
import { NewRows } from '../parts/new-rows.tsx';
import { Page } from '../parts/page.tsx';
import { useSession } from '../shell/session-context.ts';
import { ColumnMenu } from './column-menu.tsx';
import { columnsIn } from './columns.ts';
import { ExportLink } from './export-link.tsx';
import { FilterBar } from './filter-bar.tsx';
import { usePaymentList } from './list-with-news.ts';
import { PaymentSearchBox } from './payment-search-box.tsx';
import { PaymentTable } from './payment-table.tsx';
import { Total, TotalLine } from './total-line.tsx';
import { ViewMenu } from './view-menu.tsx';

const route = getRouteApi('/payments');

export function PaymentsPage() {
  const search = route.useSearch();
  const { list, rows, known, added, showNew } = usePaymentList(search);
  const isLookedFor = useLookedFor(list, rows.length);
  const { merchant_id } = useSession();
  const [columns, chooseColumns] = useKept(`paywright.columns.${merchant_id}`, columnsIn);
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <Page
      title="Payments"
      actions={
        <div role="status" className="h-8">
          <NewRows added={added} most={20} show={() => void showNew()} />
        </div>
      }
    >
      <div className="flex flex-col gap-3">
        <PaymentSearchBox />
        <FilterBar />
        <div className="relative flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          {known !== undefined ? (
            <TotalLine search={known} />
          ) : (
            <div>{list.isSuccess && <Total of={{ count: 0, sums: [] }} />}</div>
          )}
          <div className="flex flex-wrap gap-2">
            {known !== undefined && <ExportLink search={known} />}
            <ViewMenu />
            <ColumnMenu chosen={columns} onChoose={chooseColumns} />
          </div>
        </div>
      </div>
      {list.isError && rows.length === 0 ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : (
        <div className="card overflow-hidden">
          {list.isPending || isLookedFor ? (
            <Skeleton label="Loading payments" />
          ) : rows.length === 0 ? (
            <Empty title={isFiltered ? 'No payment matches these filters' : 'No payment yet'}>
              {isFiltered
                ? 'Take a filter away, or look for something else.'
                : 'The first one that is taken through the API shows up here.'}
            </Empty>
          ) : (
            <PaymentTable rows={rows} columns={columns} />
          )}
        </div>
      )}
      <LoadMore list={list} shown={rows.length} />
    </Page>
  );
}
