import { Link } from '@tanstack/react-router';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { CELL, Table } from '../parts/table.tsx';
import type { Delivery } from './webhook-queries.ts';

const COLUMNS = [
  { name: 'Event' },
  { name: 'To', look: 'hidden xl:table-cell' },
  { name: 'Status', look: 'w-28' },
  { name: 'Last answer', look: 'hidden w-44 md:table-cell' },
  { name: 'Attempts', look: 'hidden w-24 text-right md:table-cell' },
  { name: 'Created', look: 'hidden w-48 text-right sm:table-cell' },
];

/** What the last attempt came to: a code, or why there was none. */
const outcomeOf = ({ attempts }: Delivery): string => {
  const last = attempts.at(-1);
  return last === undefined ? 'No attempt yet' : `${last.response_code ?? last.error ?? 'No answer'}`;
};

export function DeliveryTable({ rows }: Readonly<{ rows: readonly Delivery[] }>) {
  return (
    <Table caption="Deliveries, newest first" columns={COLUMNS}>
      {rows.map((delivery) => (
        <tr key={delivery.id} className="relative hover:bg-hover">
          <td className={CELL}>
            <Link
              from="/webhooks"
              to="/webhooks"
              search={(was) => ({ ...was, delivery: delivery.id })}
              resetScroll={false}
              data-row
              className="font-mono text-[13px] outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              {delivery.event_type}
            </Link>
          </td>
          <td className={`${CELL} hidden text-quiet xl:table-cell`} title={delivery.url}>
            {delivery.url}
          </td>
          <td className={CELL}>
            <Status of={delivery.status} />
          </td>
          <td className={`${CELL} hidden text-quiet md:table-cell`}>{outcomeOf(delivery)}</td>
          <td className={`${CELL} hidden text-right text-quiet tabular-nums md:table-cell`}>
            {delivery.attempts.length}
          </td>
          <td className={`${CELL} hidden text-right text-quiet sm:table-cell`}>
            <Time at={delivery.created_at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
