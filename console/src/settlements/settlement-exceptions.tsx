import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Empty } from '../parts/answers.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { List } from '../parts/list.tsx';
import { money } from '../parts/money.ts';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import { settlementExceptions } from './settlement-queries.ts';

const COLUMNS = [
  { name: 'Kind' },
  { name: 'In question', look: 'w-32 text-right sm:w-44' },
  { name: 'Status', look: 'hidden w-28 sm:table-cell' },
];

/** What of its file did not match, and a payout that differs from what it comes to. */
export function SettlementExceptions({ id }: Readonly<{ id: string }>) {
  const list = useInfiniteQuery(settlementExceptions(id));
  return (
    <Section
      title="Its exceptions"
      aside={<span className="text-quiet">Of rows that did not match, and of the payout</span>}
    >
      <List list={list} name="exceptions" empty={<Empty title="None" />}>
        {(exceptions) => (
          <Table caption="Exceptions, newest first" columns={COLUMNS}>
            {exceptions.map(({ id: each, kind, amount, currency, status }) => (
              <tr key={each} className="hover:bg-hover">
                <td className={CELL}>
                  <Link
                    to="/exceptions/$id"
                    params={{ id: each }}
                    data-row
                    className="rounded text-accent hover:underline"
                  >
                    {inWords(kind)}
                  </Link>
                </td>
                <td className={`${CELL} text-right tabular-nums`}>
                  {amount === undefined || currency === undefined ? '—' : money(amount, currency)}
                </td>
                <td className={`${CELL} hidden sm:table-cell`}>
                  <Status of={status} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </Section>
  );
}
