import { Link } from '@tanstack/react-router';
import { ShieldAlert } from 'lucide-react';
import { Time } from '../parts/clock.tsx';
import { money } from '../parts/money.ts';
import { lengthOf, useNow } from '../parts/now.ts';
import type { VendorPayment } from './approval-queries.ts';
import { rolesInWords } from './awaited.ts';
import { DueShort } from './due.tsx';

type Props = Readonly<{
  waiting: readonly VendorPayment[];
  chosen: string | undefined;
  isPicked: (payment: VendorPayment) => boolean;
  mayPick: (payment: VendorPayment) => boolean;
  onPick: (payment: VendorPayment) => void;
}>;

export const isFlagged = ({ fraudStatus }: VendorPayment): boolean => fraudStatus === 'flagged';

/** What waits, oldest first: how long, for whom, and until when it is due. Those that are picked are of one tier. */
export function Inbox({ waiting, chosen, isPicked, mayPick, onPick }: Props) {
  const now = useNow();
  return (
    <ol aria-label="Waiting, oldest first" className="max-h-[75dvh] divide-y divide-line overflow-y-auto">
      {waiting.map((payment) => (
        <li
          key={payment.paymentId}
          className={`flex items-stretch ${payment.paymentId === chosen ? 'bg-accent-wash' : 'hover:bg-hover'}`}
        >
          <label className="flex shrink-0 items-start py-4 pl-4">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              aria-label={`Pick ${money(payment.amountCents, payment.currency)}, ${descriptionOf(payment)}`}
              checked={isPicked(payment)}
              disabled={!mayPick(payment)}
              onChange={() => onPick(payment)}
            />
          </label>
          <Link
            to="/approvals"
            search={{ payment: payment.paymentId }}
            replace={chosen !== undefined}
            data-row={payment.paymentId}
            className="flex min-w-0 flex-1 flex-col gap-0.5 py-3 pr-4 pl-3 -outline-offset-2"
          >
            <span className="flex flex-wrap items-center justify-between gap-x-2">
              <span className="flex items-center gap-2">
                <span className="font-medium tabular-nums">
                  {money(payment.amountCents, payment.currency)}
                </span>
                {isFlagged(payment) && (
                  <ShieldAlert role="img" aria-label="Flagged" className="size-4 text-bad" />
                )}
              </span>
              {payment.dueDate !== undefined && <DueShort date={payment.dueDate} />}
            </span>
            <span className="truncate text-quiet">{descriptionOf(payment)}</span>
            <span className="text-xs text-quiet">
              <Time at={payment.createdAt} /> · {lengthOf(Math.max(0, now - Date.parse(payment.createdAt)))}
              {(payment.edition ?? 1) > 1 && ' · changed'}
            </span>
            {payment.awaited !== undefined && (
              <span className="text-xs text-quiet">Waits for {rolesInWords(payment.awaited)}</span>
            )}
          </Link>
        </li>
      ))}
    </ol>
  );
}

export const descriptionOf = ({ lineItems }: VendorPayment): string =>
  lineItems.map(({ description }) => description).join(', ');
