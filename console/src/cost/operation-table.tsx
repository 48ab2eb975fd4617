import { inWords } from '../parts/badge.tsx';
import { CELL, Table } from '../parts/table.tsx';
import type { CostEstimate } from './cost-queries.ts';
import { fineDollars } from './dollars.ts';

const COLUMNS = [
  { name: 'Operation', look: 'w-28 sm:w-40' },
  { name: 'Cost of one', look: 'w-40 text-right' },
  { name: 'Writes', look: 'hidden text-right sm:table-cell' },
  { name: 'of indexes', look: 'hidden text-right md:table-cell' },
  { name: 'Reads', look: 'hidden text-right sm:table-cell' },
  { name: 'Bytes stored', look: 'hidden text-right md:table-cell' },
];

/** What one request of each kind takes and costs, the dearest first. */
export function OperationTable({ requests }: Readonly<{ requests: CostEstimate['requests'] }>) {
  const dearestFirst = Object.entries(requests).sort(([, one], [, other]) => other.cost - one.cost);
  return (
    <Table caption="Cost by operation" columns={COLUMNS}>
      {dearestFirst.map(([name, request]) => (
        <tr key={name}>
          <th scope="row" className={`${CELL} text-left font-medium`}>
            {inWords(name)}
          </th>
          <td className={`${CELL} text-right tabular-nums`}>{fineDollars(request.cost)}</td>
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
