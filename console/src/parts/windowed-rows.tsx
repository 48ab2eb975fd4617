import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, useLayoutEffect, useRef, useState } from 'react';
import { ROW_PX, RowSpace } from './row-space.tsx';

/** How many rows above and below the window are there as well, for the keyboard and a fast wheel. */
const OVERSCAN = 30;

type Props = Readonly<{ rows: readonly ReactElement[]; columns: number }>;

/** The rows of a long list that are near the window, between two empty ones as high as all others; rows are of one height. */
export function WindowedRows({ rows, columns }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [place, setPlace] = useState({ top: 0, rowHeight: ROW_PX });
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => place.rowHeight,
    overscan: OVERSCAN,
    scrollMargin: place.top,
  });
  const shown = virtual.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? -1;
  useLayoutEffect(() => {
    const trs = [...(body.current?.rows ?? [])];
    for (const [index, tr] of trs.slice(1, -1).entries())
      tr.setAttribute('aria-rowindex', String(first + index + 2));
    const [top = 0, one = 0, two = 0] = trs.slice(0, 3).map((tr) => tr.getBoundingClientRect().top);
    const measured = { top: top + scrollY, rowHeight: trs.length > 3 ? two - one : ROW_PX };
    if (measured.top !== place.top || measured.rowHeight !== place.rowHeight) setPlace(measured);
  });
  useLayoutEffect(() => virtual.measure(), [virtual, place]);
  return (
    <tbody ref={body} className="divide-y divide-line">
      <RowSpace rows={first} rowHeight={place.rowHeight} columns={columns} />
      {rows.slice(first, last + 1)}
      <RowSpace rows={rows.length - last - 1} rowHeight={place.rowHeight} columns={columns} />
    </tbody>
  );
}
