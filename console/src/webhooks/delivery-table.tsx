import { Link } from '@tanstack/react-router';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { CELL, HEAD } from '../parts/table-cells.ts';
import type { Delivery } from './webhook-queries.ts';

/** What the last attempt came to: a code, or why there was none. */
const outcomeOf = ({ attempts }: Delivery): string => {
  const last = attempts.at(-1);
  return last === undefined ? 'No attempt yet' : `${last.response_code ?? last.error ?? 'No answer'}`;
};

export function DeliveryTable({ rows }: Readonly<{ rows: readonly Delivery[] }>) {
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">Deliveries, newest first</caption>
      <thead className="border-b border-line bg-rail">
        <tr>
          <th scope="col" className={HEAD}>
            Event
          </th>
          <th scope="col" className={`${HEAD} hidden xl:table-cell`}>
            To
          </th>
          <th scope="col" className={`${HEAD} w-28`}>
            Status
          </th>
          <th scope="col" className={`${HEAD} hidden w-44 md:table-cell`}>
            Last answer
          </th>
          <th scope="col" className={`${HEAD} hidden w-24 text-right md:table-cell`}>
            Attempts
          </th>
          <th scope="col" className={`${HEAD} hidden w-48 text-right sm:table-cell`}>
            Created
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {rows.map((delivery) => (
          <tr key={delivery.id} className="relative hover:bg-hover">
            <td className={CELL}>
              <Link
                from="/webhooks"
                to="/webhooks"
                search={(was) => ({ ...was, delivery: delivery.id })}
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
      </tbody>
    </table>
  );
}
