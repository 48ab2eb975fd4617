import { inWords } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { decimal } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import { Cause } from './cause.tsx';
import type { StatementLine } from './ledger-queries.ts';
import { Signed } from './signed.tsx';

const COLUMNS = [
  { name: 'Change', look: 'w-1/2 text-right sm:w-36' },
  { name: 'Balance', look: 'text-right sm:w-36' },
  { name: 'Entry', look: 'hidden sm:table-cell' },
  { name: 'For', look: 'hidden w-80 lg:table-cell' },
  { name: 'Created', look: 'hidden w-44 text-right md:table-cell' },
];

type Props = Readonly<{ lines: readonly StatementLine[]; currency: string }>;

/** Each entry of the account with the balance after it; the one before it is that of the row below. */
export const StatementTable = ({ lines, currency }: Props) => (
  <Table caption={`Lines of the statement in ${currency}, newest first`} columns={COLUMNS}>
    {lines.map((line) => (
      <tr key={line.id} className="hover:bg-hover">
        <td className={`${CELL} text-right font-medium tabular-nums`}>
          <Signed amount={line.change} currency={currency} />
          <span className="block truncate text-xs font-normal text-quiet sm:hidden">
            {inWords(line.type)}
          </span>
        </td>
        <td className={`${CELL} text-right tabular-nums`}>{decimal(line.balance_after, currency)}</td>
        <td className={`${CELL} hidden sm:table-cell`} title={line.id}>
          {inWords(line.type)}
        </td>
        <td className={`${CELL} hidden font-mono text-[13px] lg:table-cell`}>
          <Cause entry={line} />
        </td>
        <td className={`${CELL} hidden text-right text-quiet md:table-cell`}>
          <Time at={line.created_at} />
        </td>
      </tr>
    ))}
  </Table>
);
