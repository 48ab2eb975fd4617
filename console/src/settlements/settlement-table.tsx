import { Link } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { Status } from '../parts/badge.tsx';
import { count } from '../parts/count.ts';
import { money } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import { EXCEPTIONS, ROWS } from './place.tsx';
import type { Settlement } from './settlement-queries.ts';

const COLUMNS = [
  { name: 'Date', look: 'w-28' },
  { name: 'Net', look: 'text-right sm:w-44' },
  { name: 'Status', look: 'hidden w-56 sm:table-cell' },
  { name: 'Rows', look: 'hidden w-20 text-right xl:table-cell' },
  { name: 'Did not match', look: 'hidden w-32 text-right lg:table-cell' },
  { name: 'Payout', look: 'hidden md:table-cell' },
];

/** Settlements, each with what it comes to; its counts lead to the rows of it that they count. */
export function SettlementTable({ settlements }: Readonly<{ settlements: readonly Settlement[] }>) {
  return (
    <Table caption="Settlements, those of the newest file first" columns={COLUMNS}>
      {settlements.map((each) => (
        <tr key={each.id} className="relative hover:bg-hover">
          <td className={CELL}>
            <Link
              to="/settlements/$id"
              params={{ id: each.id }}
              data-row
              className="font-medium tabular-nums outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              {each.date}
            </Link>
          </td>
          <td className={`${CELL} text-right tabular-nums`}>{money(each.net_amount, each.currency)}</td>
          <td className={`${CELL} hidden sm:table-cell`}>
            <span className="inline-flex items-center gap-2">
              <Status of={each.status} />
              {each.processed_at !== undefined && (
                <Lock aria-label="Locked" className="size-3.5 text-quiet" />
              )}
            </span>
          </td>
          <td className={`${CELL} hidden text-right tabular-nums xl:table-cell`}>
            <Counted many={each.item_count} id={each.id} place={ROWS} />
          </td>
          <td
            className={`${CELL} hidden text-right tabular-nums lg:table-cell ${each.exception_count > 0 ? 'text-bad' : 'text-quiet'}`}
          >
            <Counted many={each.exception_count} id={each.id} place={EXCEPTIONS} />
          </td>
          <td className={`${CELL} hidden text-quiet md:table-cell`} title={each.payout_id}>
            {each.payout_id ?? '—'}
          </td>
        </tr>
      ))}
    </Table>
  );
}

type CountedProps = Readonly<{ many: number; id: string; place: typeof ROWS | typeof EXCEPTIONS }>;

/** Above the link that the whole row is. */
const Counted = ({ many, id, place }: CountedProps) =>
  many === 0 ? (
    count(many)
  ) : (
    <Link
      to="/settlements/$id"
      params={{ id }}
      hash={place}
      className="relative z-1 rounded underline decoration-1 underline-offset-4 hover:decoration-2"
    >
      {count(many)}
    </Link>
  );
