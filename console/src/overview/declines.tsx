import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { statusOf } from '../api/problem.ts';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import { declinesQuery } from './overview-queries.ts';

const COLUMNS = [
  { name: 'Code' },
  { name: 'Currency', look: 'w-22' },
  { name: 'Declined', look: 'w-24 text-right' },
];

/** Why payments failed, by the processor's code and the currency, the most frequent first. */
export function Declines({ period }: Readonly<{ period: Readonly<{ from: string; to: string }> }>) {
  const { data, error, refetch } = useQuery(declinesQuery(period));
  const rows = (data?.total ?? [])
    .filter(({ failed_count }) => failed_count > 0)
    .toSorted((a, b) => b.failed_count - a.failed_count);
  return (
    <Section title="Declines by code">
      {statusOf(error) === 422 ? (
        <p className="text-quiet">
          There are more payments in this time than are read one by one. Choose fewer days.
        </p>
      ) : error !== null && data === undefined ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <div className="card overflow-hidden">
          {data === undefined ? (
            <Skeleton rows={2} label="Loading declines" />
          ) : rows.length === 0 ? (
            <Empty title="No payment failed in this time" />
          ) : (
            <Table caption="Declines by code" columns={COLUMNS}>
              {rows.map(({ currency, group, failed_count }) => (
                <tr key={`${currency} ${group}`} className="hover:bg-hover">
                  <td className={`${CELL} py-1.5 font-mono text-[13px] whitespace-normal break-words`}>
                    {group ?? 'not known'}
                  </td>
                  <td className={CELL}>{currency}</td>
                  <td className={`${CELL} text-right tabular-nums`}>
                    <Link
                      to="/payments"
                      search={{
                        status: 'failed',
                        decline_code: group ?? undefined,
                        currency,
                        start_date: period.from,
                        end_date: period.to,
                      }}
                      className="rounded font-medium text-accent hover:underline"
                    >
                      {failed_count}
                    </Link>
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </div>
      )}
    </Section>
  );
}
