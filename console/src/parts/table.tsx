import {
  Children,
  isValidElement,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  useDeferredValue,
} from 'react';
import { RowSpace } from './row-space.tsx';

const WindowedRows = lazy(() =>
  import('./windowed-rows.tsx').then((module) => ({ default: module.WindowedRows })),
);

/** A column's name and what is its own of how it looks: width, side, and from which window on it is there. */
type Column = Readonly<{ name: string; look?: string; isSilent?: boolean }>;

type Props = Readonly<{ caption: string; columns: readonly Column[]; children: ReactNode }>;

/** How a cell of a row looks: as high as those that stand for it while it is loaded. */
export const CELL = 'h-11 px-3 truncate';

/** Up to so many rows are all there, so that a page's own search finds them. */
const MOST_AT_ONCE = 200;

/** Those that a window has room for; the others follow in a frame of their own, for which a list's first is not held up. */
const FIRST_FRAME = 30;

/** A list's table; its rows are the children, of one height. A silent column's name is for screen readers. */
export function Table({ caption, columns, children }: Props) {
  const rows = Children.toArray(children).filter((row) => isValidElement(row));
  return (
    <table className="w-full table-fixed border-collapse" aria-rowcount={rows.length + 1}>
      <caption className="sr-only">{caption}</caption>
      <thead className="border-b border-line bg-rail">
        <tr>
          {columns.map(({ name, look = '', isSilent = false }) => (
            <th
              key={name}
              scope="col"
              className={`h-9 px-3 text-xs font-medium text-quiet ${look.includes('text-right') ? '' : 'text-left'} ${look}`}
            >
              {isSilent ? <span className="sr-only">{name}</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      {rows.length > MOST_AT_ONCE ? (
        <Suspense fallback={<Rows rows={rows.slice(0, MOST_AT_ONCE)} columns={columns.length} />}>
          <WindowedRows rows={rows} columns={columns.length} />
        </Suspense>
      ) : (
        <Rows rows={rows} columns={columns.length} />
      )}
    </table>
  );
}

function Rows({ rows, columns }: Readonly<{ rows: readonly ReactElement[]; columns: number }>) {
  const shown = useDeferredValue(rows.length, Math.min(rows.length, FIRST_FRAME));
  return (
    <tbody className="divide-y divide-line">
      {rows.slice(0, shown)}
      {shown < rows.length && <RowSpace rows={rows.length - shown} columns={columns} />}
    </tbody>
  );
}
