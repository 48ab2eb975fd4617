import { Failure } from './answers.tsx';

type List = Readonly<{
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: unknown;
  fetchNextPage: () => Promise<unknown>;
}>;

/** Below a list: how many of it are shown, and the next ones. */
export function LoadMore({ list, shown }: Readonly<{ list: List; shown: number }>) {
  return (
    <>
      {shown > 0 && (
        <div className="flex items-center justify-between gap-3 text-quiet">
          <p>
            {shown} shown{list.hasNextPage ? '' : ', all there are'}
          </p>
          {list.hasNextPage && (
            <button
              type="button"
              className="button"
              aria-disabled={list.isFetchingNextPage}
              onClick={() => {
                if (!list.isFetchingNextPage) void list.fetchNextPage();
              }}
            >
              {list.isFetchingNextPage ? 'Loading…' : 'Load more'}
            </button>
          )}
        </div>
      )}
      {list.isFetchNextPageError && <Failure error={list.error} retry={() => void list.fetchNextPage()} />}
    </>
  );
}
