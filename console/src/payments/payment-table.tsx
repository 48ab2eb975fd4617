import { Link } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { decimal } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import type { Column } from './columns.ts';
import type { Payment } from './payment-queries.ts';

type Cell = Readonly<{
  look: string;
  /** Of the cells alone. */
  text: string;
  of: (payment: Payment) => ReactNode;
  title?: (payment: Payment) => string | undefined;
}>;

const CELLS: Readonly<Record<Column, Cell>> = {
  Status: {
    look: 'sm:w-40',
    text: '',
    of: (payment) => (
      <span className="inline-flex items-center gap-1.5">
        <Status of={shownStatus(payment)} />
        {payment.attention !== undefined && (
          <TriangleAlert role="img" aria-label="Needs attention" className="size-4 text-warn" />
        )}
      </span>
    ),
  },
  Failure: {
    look: 'hidden w-44 md:table-cell',
    text: 'font-mono text-[13px] text-quiet',
    of: ({ failure }) => failure?.code ?? '—',
    title: ({ failure }) => failure?.message,
  },
  Method: {
    look: 'hidden w-36 md:table-cell',
    text: 'text-quiet',
    of: ({ payment_method }) => payment_method,
  },
  Customer: {
    look: 'hidden lg:table-cell',
    text: 'font-mono text-[13px] text-quiet',
    of: ({ customer_id }) => customer_id ?? '—',
    title: ({ customer_id }) => customer_id,
  },
  Description: {
    look: 'hidden md:table-cell',
    text: 'text-quiet',
    of: ({ description }) => description ?? '—',
    title: ({ description }) => description,
  },
  Key: {
    look: 'hidden sm:table-cell',
    text: 'font-mono text-[13px] text-quiet',
    of: ({ idempotency_key }) => idempotency_key,
    title: ({ idempotency_key }) => idempotency_key,
  },
  Captured: {
    look: 'hidden w-32 text-right md:table-cell',
    text: 'text-quiet tabular-nums',
    of: ({ captured_amount, currency }) => decimal(captured_amount, currency),
  },
  Created: {
    look: 'hidden w-48 text-right sm:table-cell',
    text: 'text-quiet',
    of: ({ created_at }) => <Time at={created_at} />,
  },
};

type Props = Readonly<{ rows: readonly Payment[]; columns: readonly Column[] }>;

/** Payments as rows, each a link; columns that a narrow window has no room for are on the payment's own page. */
export function PaymentTable({ rows, columns }: Props) {
  const amount = { name: 'Amount', look: 'w-34 text-right sm:w-44' };
  return (
    <Table
      caption="Payments, newest first"
      columns={[amount, ...columns.map((name) => ({ name, look: CELLS[name].look }))]}
    >
      {rows.map((payment) => (
        <Row key={payment.id} payment={payment} columns={columns} />
      ))}
    </Table>
  );
}

/** How wide a column is, is said in its head. */
const withoutWidth = (look: string): string => look.replaceAll(/(sm:)?w-\d+/g, '');

function Row({ payment, columns }: Readonly<{ payment: Payment; columns: readonly Column[] }>) {
  const { id, amount, currency, status } = payment;
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
      {columns.map((name) => {
        const { look, text, of, title } = CELLS[name];
        return (
          <td key={name} className={`${CELL} ${withoutWidth(look)} ${text}`} title={title?.(payment)}>
            {of(payment)}
          </td>
        );
      })}
    </tr>
  );
}

/** What a list says of a payment: of one that was refunded, that it was. */
export function shownStatus({ status, refunded_amount, captured_amount }: Payment): string {
  if (refunded_amount === 0) return status;
  return refunded_amount === captured_amount ? 'refunded' : 'partly_refunded';
}
