import { ArrowRight } from 'lucide-react';
import { inWords } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { money } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import { Cause } from './cause.tsx';
import type { LedgerEntry } from './ledger-queries.ts';

const COLUMNS = [
  { name: 'Amount', look: 'w-36 text-right sm:w-44' },
  { name: 'Entry', look: 'sm:w-44' },
  { name: 'Debit → credit', look: 'hidden w-56 md:table-cell' },
  { name: 'For', look: 'hidden lg:table-cell' },
  { name: 'Created', look: 'hidden w-48 text-right sm:table-cell' },
];

/** Entries, each with the account its amount left and the one it arrived at. */
export function EntryTable({ entries }: Readonly<{ entries: readonly LedgerEntry[] }>) {
  return (
    <Table caption="Ledger entries, newest first" columns={COLUMNS}>
      {entries.map((entry) => (
        <tr key={entry.id} className="hover:bg-hover">
          <td className={`${CELL} text-right font-medium tabular-nums`}>
            {money(entry.amount, entry.currency)}
          </td>
          <td className={CELL} title={entry.id}>
            {inWords(entry.type)}
          </td>
          <td className={`${CELL} hidden text-quiet md:table-cell`}>
            <span className="inline-flex items-center gap-1.5">
              {entry.debit} <ArrowRight aria-label="to" className="size-3.5" /> {entry.credit}
            </span>
          </td>
          <td className={`${CELL} hidden font-mono text-[13px] lg:table-cell`}>
            <Cause entry={entry} />
          </td>
          <td className={`${CELL} hidden text-right text-quiet sm:table-cell`}>
            <Time at={entry.created_at} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
