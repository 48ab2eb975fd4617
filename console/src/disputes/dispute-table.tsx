import { Link } from '@tanstack/react-router';
import { Clock } from 'lucide-react';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { money } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import type { Dispute } from './dispute-queries.ts';

const COLUMNS = [
  { name: 'Amount', look: 'text-right sm:w-40' },
  { name: 'Status', look: 'hidden w-40 sm:table-cell' },
  { name: 'Reason', look: 'hidden md:table-cell' },
  { name: 'Respond by', look: 'hidden w-52 sm:table-cell' },
  { name: 'What can be done', look: 'w-24 text-right', isSilent: true },
];

type Props = Readonly<{
  disputes: readonly Dispute[];
  /** Absent where the token may give none up. */
  onAccept: ((dispute: Dispute) => void) | undefined;
}>;

/** Disputes, each with its payment and until when evidence is taken. */
export function DisputeTable({ disputes, onAccept }: Props) {
  return (
    <Table caption="Disputes" columns={COLUMNS}>
      {disputes.map((dispute) => (
        <Row key={dispute.id} dispute={dispute} onAccept={onAccept} />
      ))}
    </Table>
  );
}

function Row({ dispute, onAccept }: Readonly<{ dispute: Dispute }> & Pick<Props, 'onAccept'>) {
  const { amount, currency, status, reason, respond_by, accept_requested_at, payment_id } = dispute;
  const isOpen = status === 'needs_response' && accept_requested_at === undefined;
  const shown = accept_requested_at !== undefined && status === 'needs_response' ? 'accepting' : status;
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
        <span className="block sm:hidden">
          <Status of={shown} />
        </span>
      </td>
      <td className={`${CELL} hidden sm:table-cell`}>
        <Status of={shown} />
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
