import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { count } from '../parts/count.ts';
import { money } from '../parts/money.ts';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import { type Counted, type FraudReport, fraudCsv, fraudReport } from './fraud-queries.ts';
import type { FraudSearch } from './fraud-search.ts';

const COLUMNS = [
  { name: 'Risk', look: 'w-22 sm:w-28' },
  { name: 'Review', look: 'w-24 min-[90rem]:w-28' },
  { name: 'Status', look: 'hidden w-38 sm:table-cell' },
  { name: 'Payments', look: 'text-right' },
  { name: 'Amount', look: 'hidden w-32 text-right sm:table-cell' },
  { name: 'Score', look: 'hidden w-16 text-right xl:table-cell' },
  { name: 'Unscored', look: 'hidden w-24 text-right min-[90rem]:table-cell' },
];

/**
 * What became of the payments of the days, of the last thirty unless the address says which, by the risk they were scored at. Each
 * number leads to the payments that it counts.
 */
export function RiskReport({ days }: Readonly<{ days: Pick<FraudSearch, 'from' | 'to'> }>) {
  const { data, error, refetch } = useQuery(fraudReport(days));
  return (
    <Section
      title={data === undefined ? 'By risk and outcome' : `By risk and outcome, ${data.from} to ${data.to}`}
      aside={
        <a className="button" href={fraudCsv(days)} download>
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
                  days={{ from: data.from, to: data.to }}
                />
              ))}
            </Table>
          )}
        </div>
      )}
    </Section>
  );
}

type RowProps = Readonly<{
  row: FraudReport['rows'][number];
  days: Readonly<{ from: string; to: string }>;
}>;

function Row({ row, days }: RowProps) {
  const { fraudStatus, reviewOutcome, status, unscored } = row;
  const counted = { ...days, fraudStatus, reviewOutcome: reviewOutcome ?? 'none', status };
  return (
    <tr>
      <td className={CELL}>{inWords(fraudStatus)}</td>
      <td className={CELL}>
        {reviewOutcome === null ? <span className="text-quiet">None</span> : inWords(reviewOutcome)}
      </td>
      <td className={`${CELL} hidden sm:table-cell`}>
        <Status of={status} />
      </td>
      <td className={`${CELL} text-right tabular-nums`}>
        <ToCounted counted={counted}>{count(row.count)}</ToCounted>
      </td>
      <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
        <ToCounted counted={counted}>{money(row.amountCents, row.currency)}</ToCounted>
      </td>
      <td className={`${CELL} hidden text-right tabular-nums xl:table-cell`}>
        {row.averageScore === null ? '—' : <ToCounted counted={counted}>{row.averageScore}</ToCounted>}
      </td>
      <td className={`${CELL} hidden text-right tabular-nums min-[90rem]:table-cell`}>
        {unscored === 0 ? (
          '0'
        ) : (
          <ToCounted counted={{ ...counted, unscored: 'true' }}>{count(unscored)}</ToCounted>
        )}
      </td>
    </tr>
  );
}

const ToCounted = ({ counted, children }: Readonly<{ counted: Counted; children: ReactNode }>) => (
  <Link
    to="/fraud"
    search={counted}
    resetScroll={false}
    className="rounded underline decoration-1 underline-offset-4 hover:decoration-2"
  >
    {children}
  </Link>
);
