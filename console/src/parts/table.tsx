import { Children, isValidElement, lazy, type ReactNode, Suspense } from 'react';

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
        <Suspense fallback={<Rows>{rows.slice(0, MOST_AT_ONCE)}</Rows>}>
          <WindowedRows rows={rows} columns={columns.length} />
        </Suspense>
      ) : (
        <Rows>{rows}</Rows>
      )}
    </table>
  );
}

const Rows = ({ children }: Readonly<{ children: ReactNode }>) => (
  <tbody className="divide-y divide-line">{children}</tbody>
);
