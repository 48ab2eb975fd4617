import { type ReactNode, useEffect } from 'react';
import { Failure, Skeleton } from './answers.tsx';
import { LoadMore } from './load-more.tsx';
import { NewRows } from './new-rows.tsx';
import type { News } from './steady-list.ts';

type Loading<Row> = Readonly<{
  data: Readonly<{ pages: readonly Readonly<{ items: readonly Row[] }>[] }> | undefined;
  error: unknown;
  isPending: boolean;
  isError: boolean;
  hasNextPage: boolean;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage: () => Promise<unknown>;
  refetch: () => Promise<unknown>;
  /** Of a list whose rows nothing moves (`useSteadyList`). */
  news?: News;
}>;

type Props<Row> = Readonly<{
  list: Loading<Row>;
  /** What is loaded, for screen readers. */
  name: string;
  empty: ReactNode;
  children: (rows: readonly Row[]) => ReactNode;
}>;

/** Whether rows are looked for still: a page of none that has a next is gone on from, as the API looked through a part. */
export function useLookedFor(
  list: Pick<Loading<unknown>, 'hasNextPage' | 'isFetching' | 'isFetchNextPageError' | 'fetchNextPage'>,
  shown: number,
): boolean {
  const isLookedFor = shown === 0 && list.hasNextPage && !list.isFetchNextPageError;
  const { isFetching, fetchNextPage } = list;
  useEffect(() => {
    if (isLookedFor && !isFetching) void fetchNextPage();
  }, [isLookedFor, isFetching, fetchNextPage]);
  return isLookedFor;
}

/** The rows of a list, or what stands in their place. */
export function List<Row>({ list, name, empty, children }: Props<Row>) {
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const isLookedFor = useLookedFor(list, rows.length);
  if (list.isError && rows.length === 0)
    return <Failure error={list.error} retry={() => void list.refetch()} />;
  return (
    <>
      <div className="relative">
        {list.news !== undefined && (
          // Over the list's edge, so that it moves nothing either.
          <div role="status" className="absolute -top-4 right-3 z-10 h-8">
            <NewRows {...list.news} />
          </div>
        )}
        <div className="card overflow-hidden">
          {list.isPending || isLookedFor ? (
            <Skeleton label={`Loading ${name}`} />
          ) : rows.length === 0 ? (
            empty
          ) : (
            children(rows)
          )}
        </div>
      </div>
      <LoadMore list={list} shown={rows.length} />
    </>
  );
}
