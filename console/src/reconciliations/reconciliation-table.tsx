import { Link } from '@tanstack/react-router';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { count } from '../parts/count.ts';
import { CELL, Table } from '../parts/table.tsx';
import { isUnderWay, type Reconciliation } from './reconciliation-queries.ts';
import { OUTCOMES } from './reconciliation-search.ts';

const COLUMNS = [
  { name: 'File' },
  { name: 'Status', look: 'w-28' },
  { name: 'Rows', look: 'hidden w-28 text-right sm:table-cell' },
  { name: 'Not matched', look: 'hidden w-28 text-right md:table-cell' },
  { name: 'Source', look: 'hidden w-32 md:table-cell' },
  { name: 'Created', look: 'hidden w-48 text-right xl:table-cell' },
];

/** Rows of a file that a person may have to look at. */
const unmatched = ({ counts }: Reconciliation): number =>
  OUTCOMES.filter((outcome) => !outcome.startsWith('matched')).reduce(
    (sum, each) => sum + (counts[each] ?? 0),
    0,
  );

/** Files of processors, each with what became of its rows so far. */
export function ReconciliationTable({ rows }: Readonly<{ rows: readonly Reconciliation[] }>) {
  return (
    <Table caption="Reconciliations, newest first" columns={COLUMNS}>
      {rows.map((each) => (
        <tr key={each.id} className="relative hover:bg-hover">
          <td className={CELL}>
            <Link
              to="/reconciliations/$id"
              params={{ id: each.id }}
              data-row
              title={each.file}
              className="font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              {each.file}
            </Link>
          </td>
          <td className={CELL}>
            <Status of={each.status} />
          </td>
          <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
            {isUnderWay(each) && each.rows_total !== undefined
              ? `${count(each.rows_done)} / ${count(each.rows_total)}`
              : count(each.counts.rows ?? each.rows_done)}
          </td>
          <td
            className={`${CELL} hidden text-right tabular-nums md:table-cell ${unmatched(each) > 0 ? 'text-bad' : 'text-quiet'}`}
          >
            {count(unmatched(each))}
          </td>
          <td className={`${CELL} hidden text-quiet md:table-cell`}>{inWords(each.source)}</td>
          <td className={`${CELL} hidden text-right text-quiet xl:table-cell`}>
            <Time at={each.created_at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
