import { Link } from '@tanstack/react-router';
import { ShieldAlert } from 'lucide-react';
import { Time } from '../parts/clock.tsx';
import { money } from '../parts/money.ts';
import type { VendorPayment } from './approval-queries.ts';

type Props = Readonly<{ waiting: readonly VendorPayment[]; chosen: string | undefined }>;

export const isFlagged = ({ fraudStatus }: VendorPayment): boolean => fraudStatus === 'flagged';

/** What waits, oldest first. */
export function Inbox({ waiting, chosen }: Props) {
  return (
    <ol aria-label="Waiting, oldest first" className="max-h-[75dvh] divide-y divide-line overflow-y-auto">
      {waiting.map((payment) => (
        <li key={payment.paymentId}>
          <Link
            to="/approvals"
            search={{ payment: payment.paymentId }}
            data-row
            className={`flex flex-col gap-0.5 px-4 py-3 -outline-offset-2 ${payment.paymentId === chosen ? 'bg-accent-wash' : 'hover:bg-hover'}`}
          >
            <span className="flex items-center justify-between gap-2">
              <span className="font-medium tabular-nums">{money(payment.amountCents, payment.currency)}</span>
              {isFlagged(payment) && (
                <ShieldAlert role="img" aria-label="Flagged" className="size-4 text-bad" />
              )}
            </span>
            <span className="truncate text-quiet">
              {payment.lineItems.map(({ description }) => description).join(', ')}
            </span>
            <span className="text-xs text-quiet">
              <Time at={payment.createdAt} />
              {(payment.edition ?? 1) > 1 && ' · changed'}
            </span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
