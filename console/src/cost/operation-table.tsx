import { inWords } from '../parts/badge.tsx';
import { count } from '../parts/count.ts';
import { CELL, Table } from '../parts/table.tsx';
import type { CostEstimate } from './cost-queries.ts';
import { fineDollars } from './dollars.ts';

const COLUMNS = [
  { name: 'Operation', look: 'w-28 sm:w-40' },
  { name: 'Cost of one', look: 'w-40 text-right' },
  { name: 'In a month', look: 'hidden text-right sm:table-cell' },
  { name: 'Writes', look: 'hidden text-right sm:table-cell' },
  { name: 'of indexes', look: 'hidden text-right md:table-cell' },
  { name: 'Reads', look: 'hidden text-right sm:table-cell' },
  { name: 'Bytes stored', look: 'hidden text-right md:table-cell' },
];

/** How often a month of the usage has an operation; the bills count no other. */
function timesIn({ transactions_per_month, ...each }: CostEstimate['usage'], name: string): string {
  if (name === 'payment') return count(transactions_per_month);
  if (name === 'read') return count(transactions_per_month * each.queries_per_transaction);
  if (name === 'refund') return count(transactions_per_month * each.refunds_per_transaction);
  return 'not in the bills';
}

/** What one request of each kind takes and costs, the dearest first, and how many of them the bills are of. */
export function OperationTable({ requests, usage }: Pick<CostEstimate, 'requests' | 'usage'>) {
  const dearestFirst = Object.entries(requests).sort(([, one], [, other]) => other.cost - one.cost);
  return (
    <Table caption="Cost by operation" columns={COLUMNS}>
      {dearestFirst.map(([name, request]) => (
        <tr key={name}>
          <th scope="row" className={`${CELL} text-left font-medium`}>
            {inWords(name)}
          </th>
          <td className={`${CELL} text-right tabular-nums`}>{fineDollars(request.cost)}</td>
          <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>{timesIn(usage, name)}</td>
          <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>{request.write_units}</td>
          <td className={`${CELL} hidden text-right tabular-nums md:table-cell`}>
            {request.index_write_units}
          </td>
          <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
            {request.read_units + request.index_read_units}
          </td>
          <td className={`${CELL} hidden text-right tabular-nums md:table-cell`}>{request.stored_bytes}</td>
        </tr>
      ))}
    </Table>
  );
}
