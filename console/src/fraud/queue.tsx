import { Link } from '@tanstack/react-router';
import type { VendorPayment } from '../approvals/approval-queries.ts';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { money } from '../parts/money.ts';

type Props = Readonly<{ waiting: readonly VendorPayment[]; chosen: string | undefined }>;

/** What awaits a review, oldest first, each with what it was flagged for. */
export function Queue({ waiting, chosen }: Props) {
  return (
    <ol
      aria-label="Awaiting a review, oldest first"
      className="max-h-[75dvh] divide-y divide-line overflow-y-auto"
    >
      {waiting.map((payment) => (
        <li key={payment.paymentId}>
          <Link
            to="/fraud"
            search={{ payment: payment.paymentId }}
            replace={chosen !== undefined}
            data-row
            className={`flex flex-col gap-0.5 px-4 py-3 -outline-offset-2 ${payment.paymentId === chosen ? 'bg-accent-wash' : 'hover:bg-hover'}`}
          >
            <span className="flex items-center justify-between gap-2">
              <span className="font-medium tabular-nums">{money(payment.amountCents, payment.currency)}</span>
              <Status of={payment.status} />
            </span>
            <span className="truncate text-quiet first-letter:uppercase">
              {payment.fraudReasons?.map(({ detail }) => detail).join(', ')}
            </span>
            <span className="text-xs text-quiet">
              <Time at={payment.createdAt} />
            </span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
