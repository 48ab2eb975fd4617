import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { money } from '../parts/money.ts';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import { type FraudReport, fraudReport } from './fraud-queries.ts';

const COLUMNS = [
  { name: 'Risk', look: 'w-28' },
  { name: 'Review', look: 'w-24' },
  { name: 'Status', look: 'hidden w-38 sm:table-cell' },
  { name: 'Payments', look: 'text-right' },
  { name: 'Amount', look: 'hidden w-32 text-right sm:table-cell' },
  { name: 'Score', look: 'hidden w-16 text-right xl:table-cell' },
];

/** What became of the payments of the last thirty days, by the risk they were scored at. */
export function RiskReport() {
  const { data, error, refetch } = useQuery(fraudReport);
  return (
    <Section
      title={data === undefined ? 'By risk and outcome' : `By risk and outcome, ${data.from} to ${data.to}`}
      aside={
        <a className="button" href="/console/api/approvals/reports/fraud?format=csv" download>
          <Download aria-hidden className="size-4" />
          CSV
        </a>
      }
    >
      {error !== null && data === undefined ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <div className="card overflow-hidden">
          {data === undefined ? (
            <Skeleton rows={3} label="Loading the report" />
          ) : data.rows.length === 0 ? (
            <Empty title="No payment was made in these days" />
          ) : (
            <Table caption="Payments by risk and outcome" columns={COLUMNS}>
              {data.rows.map((row) => (
                <Row
                  key={`${row.fraudStatus} ${row.reviewOutcome} ${row.status} ${row.currency}`}
                  row={row}
                />
              ))}
            </Table>
          )}
        </div>
      )}
    </Section>
  );
}

const Row = ({ row }: Readonly<{ row: FraudReport['rows'][number] }>) => (
  <tr>
    <td className={CELL}>{inWords(row.fraudStatus)}</td>
    <td className={CELL}>
      {row.reviewOutcome === null ? <span className="text-quiet">None</span> : inWords(row.reviewOutcome)}
    </td>
    <td className={`${CELL} hidden sm:table-cell`}>
      <Status of={row.status} />
    </td>
    <td className={`${CELL} text-right tabular-nums`}>{row.count}</td>
    <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
      {money(row.amountCents, row.currency)}
    </td>
    <td className={`${CELL} hidden text-right tabular-nums xl:table-cell`}>
      {row.averageScore ?? <span className="text-quiet">Unscored</span>}
    </td>
  </tr>
);
