import { Link } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { decimal } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import type { Payment } from './payment-queries.ts';

const COLUMNS = [
  { name: 'Amount', look: 'w-32 text-right sm:w-40' },
  { name: 'Status', look: 'sm:w-40' },
  { name: 'Method', look: 'hidden w-36 md:table-cell' },
  { name: 'Customer', look: 'hidden lg:table-cell' },
  { name: 'Key', look: 'hidden sm:table-cell' },
  { name: 'Created', look: 'hidden w-48 text-right sm:table-cell' },
];

/** Payments as rows, each a link; columns that a narrow window has no room for are on the payment's own page. */
export function PaymentTable({ rows }: Readonly<{ rows: readonly Payment[] }>) {
  return (
    <Table caption="Payments, newest first" columns={COLUMNS}>
      {rows.map((payment) => (
        <Row key={payment.id} payment={payment} />
      ))}
    </Table>
  );
}

function Row({ payment }: Readonly<{ payment: Payment }>) {
  const { id, amount, currency, status, payment_method, customer_id, idempotency_key, created_at } = payment;
  return (
    <tr className="relative hover:bg-hover has-focus-visible:bg-accent-wash">
      <td className={`${CELL} text-right font-medium tabular-nums`}>
        <Link
          to="/payments/$id"
          params={{ id }}
          data-row
          aria-label={`${decimal(amount, currency)} ${currency}, ${status}, ${id}`}
          className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {decimal(amount, currency)} <span className="font-normal text-quiet">{currency}</span>
        </Link>
      </td>
      <td className={CELL}>
        <span className="inline-flex items-center gap-1.5">
          <Status of={shownStatus(payment)} />
          {payment.attention !== undefined && (
            <TriangleAlert role="img" aria-label="Needs attention" className="size-4 text-warn" />
          )}
        </span>
      </td>
      <td className={`${CELL} hidden text-quiet md:table-cell`}>{payment_method}</td>
      <td className={`${CELL} hidden font-mono text-[13px] text-quiet lg:table-cell`} title={customer_id}>
        {customer_id ?? '—'}
      </td>
      <td className={`${CELL} hidden font-mono text-[13px] text-quiet sm:table-cell`} title={idempotency_key}>
        {idempotency_key}
      </td>
      <td className={`${CELL} hidden text-right text-quiet sm:table-cell`}>
        <Time at={created_at} />
      </td>
    </tr>
  );
}

/** What a list says of a payment: of one that was refunded, that it was. */
export function shownStatus({ status, refunded_amount, captured_amount }: Payment): string {
  if (refunded_amount === 0) return status;
  return refunded_amount === captured_amount ? 'refunded' : 'partly_refunded';
}
