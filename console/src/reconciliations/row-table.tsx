import { Link } from '@tanstack/react-router';
import { inWords, Status } from '../parts/badge.tsx';
import { money } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import type { ReconciledRow } from './reconciliation-queries.ts';

const COLUMNS = [
  { name: 'Line', look: 'w-14 text-right sm:w-16' },
  { name: 'Outcome', look: 'w-32 sm:w-52' },
  { name: 'Amount', look: 'hidden w-36 text-right sm:table-cell' },
  { name: 'Payment', look: 'hidden md:table-cell' },
  { name: 'What differs', look: 'hidden lg:table-cell' },
];
/** Of rows that did not match, and of transactions that no file names in time. */
const WITH_EXCEPTION = [...COLUMNS, { name: 'Exception', look: 'w-22' }];

const LINK = 'rounded text-accent hover:underline';

/** Rows of a file as it has them, each with what became of it. */
export function RowTable({ rows }: Readonly<{ rows: readonly ReconciledRow[] }>) {
  const hasExceptions = rows.some(({ exception_id }) => exception_id !== undefined);
  return (
    <Table caption="Rows, in the order of the file" columns={hasExceptions ? WITH_EXCEPTION : COLUMNS}>
      {rows.map((row) => (
        <tr key={`${row.line} ${row.transaction_id}`} className="hover:bg-hover">
          <td className={`${CELL} text-right text-quiet tabular-nums`}>{row.line ?? '—'}</td>
          <td className={CELL}>
            <Status of={row.outcome} />
          </td>
          <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
            {row.amount === undefined
              ? '—'
              : row.currency === undefined
                ? row.amount
                : money(row.amount, row.currency)}
          </td>
          <td className={`${CELL} hidden font-mono text-[13px] md:table-cell`} title={row.payment_id}>
            {row.payment_id === undefined ? (
              '—'
            ) : row.outcome === 'missing_here' ? (
              <span className="text-quiet">{row.payment_id}</span>
            ) : (
              <Link to="/payments/$id" params={{ id: row.payment_id }} data-row className={LINK}>
                {row.payment_id}
              </Link>
            )}
          </td>
          <td className={`${CELL} hidden text-quiet lg:table-cell`}>{whatDiffers(row)}</td>
          {hasExceptions && (
            <td className={CELL}>
              {row.exception_id !== undefined && (
                <Link to="/exceptions/$id" params={{ id: row.exception_id }} className={LINK}>
                  Open
                </Link>
              )}
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function whatDiffers({ reason, column, differences }: ReconciledRow): string {
  if (reason !== undefined) return `${inWords(reason)}${column === undefined ? '' : ` in ${column}`}`;
  return differences?.map(({ field }) => inWords(field)).join(', ') || '—';
}
