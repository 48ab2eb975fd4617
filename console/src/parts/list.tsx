import { type ReactNode, useEffect } from 'react';
import { Failure, Skeleton } from './answers.tsx';
import { LoadMore } from './load-more.tsx';

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
}>;

type Props<Row> = Readonly<{
  list: Loading<Row>;
  /** What is loaded, for screen readers. */
  name: string;
  empty: ReactNode;
  children: (rows: readonly Row[]) => ReactNode;
}>;

/** The rows of a list, or what stands in their place. A page of none that has a next is gone on from: the API looked through a part. */
export function List<Row>({ list, name, empty, children }: Props<Row>) {
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const isLookedFor = rows.length === 0 && list.hasNextPage && !list.isFetchNextPageError;
  const { isFetching, fetchNextPage } = list;
  useEffect(() => {
    if (isLookedFor && !isFetching) void fetchNextPage();
  }, [isLookedFor, isFetching, fetchNextPage]);
  if (list.isError && rows.length === 0)
    return <Failure error={list.error} retry={() => void list.refetch()} />;
  return (
    <>
      <div className="card overflow-hidden">
        {list.isPending || isLookedFor ? (
          <Skeleton label={`Loading ${name}`} />
        ) : rows.length === 0 ? (
          empty
        ) : (
          children(rows)
        )}
      </div>
      <LoadMore list={list} shown={rows.length} />
    </>
  );
}
