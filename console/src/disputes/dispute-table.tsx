import { Link } from '@tanstack/react-router';
import { Clock } from 'lucide-react';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { money } from '../parts/money.ts';
import { CELL, HEAD } from '../parts/table-cells.ts';
import type { Dispute } from './dispute-queries.ts';

type Props = Readonly<{
  disputes: readonly Dispute[];
  /** Absent where the token may give none up. */
  onAccept: ((dispute: Dispute) => void) | undefined;
}>;

/** Disputes, each with its payment and until when evidence is taken. */
export function DisputeTable({ disputes, onAccept }: Props) {
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">Disputes</caption>
      <thead className="border-b border-line bg-rail">
        <tr>
          <th scope="col" className={`${HEAD} w-32 text-right sm:w-40`}>
            Amount
          </th>
          <th scope="col" className={`${HEAD} sm:w-40`}>
            Status
          </th>
          <th scope="col" className={`${HEAD} hidden md:table-cell`}>
            Reason
          </th>
          <th scope="col" className={`${HEAD} hidden w-52 sm:table-cell`}>
            Respond by
          </th>
          <th scope="col" className={`${HEAD} w-24 text-right`}>
            <span className="sr-only">What can be done</span>
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {disputes.map((dispute) => (
          <Row key={dispute.id} dispute={dispute} onAccept={onAccept} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ dispute, onAccept }: Readonly<{ dispute: Dispute }> & Pick<Props, 'onAccept'>) {
  const { amount, currency, status, reason, respond_by, accept_requested_at, payment_id } = dispute;
  const isOpen = status === 'needs_response' && accept_requested_at === undefined;
  return (
    <tr className="hover:bg-hover">
      <td className={`${CELL} text-right font-medium tabular-nums`}>
        <Link
          to="/payments/$id"
          params={{ id: payment_id }}
          data-row
          aria-label={`${money(amount, currency)} of ${payment_id}, ${status}`}
          className="rounded text-accent hover:underline"
        >
          {money(amount, currency)}
        </Link>
      </td>
      <td className={CELL}>
        <Status
          of={accept_requested_at !== undefined && status === 'needs_response' ? 'accepting' : status}
        />
      </td>
      <td className={`${CELL} hidden text-quiet md:table-cell`}>{inWords(reason)}</td>
      <td className={`${CELL} hidden sm:table-cell`}>
        {isOpen && respond_by !== undefined ? (
          <span className="inline-flex items-center gap-1.5 text-warn">
            <Clock aria-hidden className="size-4" />
            <Time at={respond_by} />
          </span>
        ) : (
          <span className="text-quiet">—</span>
        )}
      </td>
      <td className="h-11 px-3 text-right">
        {isOpen && onAccept !== undefined && (
          <button type="button" className="button h-7 px-2" onClick={() => onAccept(dispute)}>
            Accept…
          </button>
        )}
      </td>
    </tr>
  );
}
