import { inWords } from '../parts/badge.tsx';
import { count } from '../parts/count.ts';
import { money } from '../parts/money.ts';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import type { Reconciliation } from './reconciliation-queries.ts';

const COLUMNS = [
  { name: 'Currency' },
  { name: 'Rows', look: 'hidden w-28 text-right sm:table-cell' },
  { name: 'Amount', look: 'w-32 text-right sm:w-44' },
  { name: 'Fee', look: 'hidden w-44 text-right sm:table-cell' },
];

/** What the rows of the file say, by currency and outcome, never added up across currencies. */
export function CurrencySums({ sums }: Pick<Reconciliation, 'sums'>) {
  const lines = Object.entries(sums).flatMap(([currency, { outcomes, ...whole }]) => [
    { name: currency, currency, isWhole: true, ...whole },
    ...Object.entries(outcomes)
      .filter(([, { rows }]) => rows > 0)
      .map(([outcome, sum]) => ({ name: inWords(outcome), currency, isWhole: false, ...sum })),
  ]);
  if (lines.length === 0) return null;
  return (
    <Section title="What they say">
      <div className="card overflow-hidden">
        <Table caption="Sums by currency and outcome" columns={COLUMNS}>
          {lines.map(({ name, currency, isWhole, rows, amount, fee }) => (
            <tr key={`${currency} ${name}`} className={isWhole ? 'bg-rail font-medium' : 'text-quiet'}>
              <td className={`${CELL} ${isWhole ? '' : 'pl-7'}`}>{name}</td>
              <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>{count(rows)}</td>
              <td className={`${CELL} text-right tabular-nums`}>{money(amount, currency)}</td>
              <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
                {money(fee, currency)}
              </td>
            </tr>
          ))}
        </Table>
      </div>
    </Section>
  );
}
