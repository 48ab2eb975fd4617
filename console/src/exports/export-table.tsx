import { Link } from '@tanstack/react-router';
import { inWords, Status } from '../parts/badge.tsx';
import { Bar } from '../parts/bar.tsx';
import { Time } from '../parts/clock.tsx';
import { count } from '../parts/count.ts';
import { CELL, Table } from '../parts/table.tsx';
import { type ExportJob, isUnderWay } from './export-queries.ts';

const COLUMNS = [
  { name: 'Rows of' },
  { name: 'Status', look: 'w-28' },
  { name: 'Rows', look: 'hidden w-40 text-right sm:table-cell' },
  { name: 'Format', look: 'hidden w-36 md:table-cell' },
  { name: 'Kept until', look: 'hidden w-44 xl:table-cell' },
  { name: 'Created', look: 'hidden w-44 text-right sm:table-cell' },
];

/** Files that were ordered, each with how far it is. */
export function ExportTable({ jobs }: Readonly<{ jobs: readonly ExportJob[] }>) {
  return (
    <Table caption="Exports, newest first" columns={COLUMNS}>
      {jobs.map((job) => (
        <tr key={job.id} className="relative hover:bg-hover">
          <td className={CELL}>
            <Link
              to="/exports"
              search={{ export: job.id }}
              resetScroll={false}
              data-row
              className="font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              {inWords(job.kind)}
            </Link>
          </td>
          <td className={CELL}>
            <Status of={job.status} />
          </td>
          <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
            {count(job.progress.rows_done)}
            {isUnderWay(job) && job.progress.rows_total !== undefined && (
              <Bar part={job.progress.rows_done} whole={job.progress.rows_total} className="text-accent" />
            )}
          </td>
          <td className={`${CELL} hidden text-quiet md:table-cell`}>
            {job.format === 'json' ? 'JSON lines' : job.format.toUpperCase()}
            {job.gzip && ', gzip'}
          </td>
          <td className={`${CELL} hidden text-quiet xl:table-cell`}>
            {job.expires_at === undefined ? '—' : <Time at={job.expires_at} />}
          </td>
          <td className={`${CELL} hidden text-right text-quiet sm:table-cell`}>
            <Time at={job.created_at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
