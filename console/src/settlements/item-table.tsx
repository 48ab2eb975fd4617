import { Link } from '@tanstack/react-router';
import { inWords } from '../parts/badge.tsx';
import { money } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import type { SettlementItem } from './settlement-queries.ts';

const COLUMNS = [
  { name: 'Line', look: 'w-12 text-right sm:w-16' },
  { name: 'Row', look: 'w-22 sm:w-44' },
  { name: 'Amount', look: 'hidden w-36 text-right sm:table-cell' },
  { name: 'Fee', look: 'hidden w-32 text-right md:table-cell' },
  { name: 'Net', look: 'text-right sm:w-36' },
  { name: 'Of', look: 'hidden lg:table-cell' },
];

type Props = Readonly<{ items: readonly SettlementItem[]; currency: string }>;

/** The rows that the settlement is made of; their nets add up to its net. */
export function ItemTable({ items, currency }: Props) {
  return (
    <Table caption="Rows, in the order of the file" columns={COLUMNS}>
      {items.map(({ line, type, amount, fee, net_amount, payment_id, reference }) => (
        <tr key={line} className="hover:bg-hover">
          <td className={`${CELL} text-right text-quiet tabular-nums`}>{line}</td>
          <td className={CELL}>{inWords(type)}</td>
          <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
            {money(amount, currency)}
          </td>
          <td className={`${CELL} hidden text-right text-quiet tabular-nums md:table-cell`}>
            {money(fee, currency)}
          </td>
          <td className={`${CELL} text-right font-medium tabular-nums`}>{money(net_amount, currency)}</td>
          <td
            className={`${CELL} hidden font-mono text-[13px] lg:table-cell`}
            title={payment_id ?? reference}
          >
            {payment_id === undefined ? (
              <span className="text-quiet">{reference ?? '—'}</span>
            ) : (
              <Link
                to="/payments/$id"
                params={{ id: payment_id }}
                data-row
                className="rounded text-accent hover:underline"
              >
                {payment_id}
              </Link>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
