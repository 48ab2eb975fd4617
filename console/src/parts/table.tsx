import type { ReactNode } from 'react';

/** A column's name and what is its own of how it looks: width, side, and from which window on it is there. */
type Column = Readonly<{ name: string; look?: string; isSilent?: boolean }>;

type Props = Readonly<{ caption: string; columns: readonly Column[]; children: ReactNode }>;

/** How a cell of a row looks: as high as those that stand for it while it is loaded. */
export const CELL = 'h-11 px-3 truncate';

/** A list's table; its rows are the children. A silent column's name is for screen readers. */
export function Table({ caption, columns, children }: Props) {
  return (
    <table className="w-full table-fixed border-collapse">
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
      <tbody className="divide-y divide-line">{children}</tbody>
    </table>
  );
}
