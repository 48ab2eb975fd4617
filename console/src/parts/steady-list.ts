import { useState } from 'react';

type Identified = Readonly<{ id: string }>;
type Listed<Row> = Readonly<{
  data: Readonly<{ pages: readonly Readonly<{ items: readonly Row[] }>[] }> | undefined;
}>;

/** What came above the rows of a list, or between them, since it was opened. */
export type News = Readonly<{ added: number; show: () => void }>;

/**
 * The rows that were seen before, in the places they have among each other and each as it is now, and those after the last of them,
 * which were loaded since. When none of them was seen, all.
 */
export function steadyRows<Row extends Identified>(rows: readonly Row[], seen: ReadonlySet<string>) {
  const last = rows.findLastIndex(({ id }) => seen.has(id));
  return rows.filter(({ id }, at) => at > last || seen.has(id));
}

/**
 * The list with rows that nothing moves: what is new is counted until it is asked for, but for a row that was made here and `admit` names, which is
 * shown when it comes. `of` says what it is a list of, as its filters do.
 */
export function useSteadyList<Row extends Identified, List extends Listed<Row>>(
  list: List & Listed<Row>,
  of = '',
) {
  const [seen, setSeen] = useState({ of, ids: new Set<string>() as ReadonlySet<string> });
  const before = seen.of === of ? seen.ids : new Set<string>();
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const shown = steadyRows(rows, before);
  if (seen.of !== of || shown.some(({ id }) => !before.has(id)))
    setSeen({ of, ids: before.union(new Set(shown.map(({ id }) => id))) });
  return {
    ...list,
    data: list.data && { pages: [{ items: shown }] },
    admit: (id: string) => setSeen((was) => ({ ...was, ids: was.ids.union(new Set([id])) })),
    news: { added: rows.length - shown.length, show: () => setSeen({ of, ids: new Set() }) } satisfies News,
  };
}
