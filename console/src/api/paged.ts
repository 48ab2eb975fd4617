/** Pages of a list that is kept fresh, each from where the one before ended. */
export const PAGED = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next_cursor }: Readonly<{ next_cursor: string | null }>) => next_cursor ?? undefined,
  meta: { live: true },
};

/** Where a page begins, and how long it is. */
export const pageFrom = (cursor: string | undefined) => ({
  limit: 50,
  ...(cursor === undefined ? {} : { cursor }),
});
