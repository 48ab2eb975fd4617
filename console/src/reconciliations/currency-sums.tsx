import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { inWords } from '../parts/badge.tsx';
import { count } from '../parts/count.ts';
import { money } from '../parts/money.ts';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import type { Reconciliation } from './reconciliation-queries.ts';
import { type ReconciliationSearch, reconciliationSearch } from './reconciliation-search.ts';

const COLUMNS = [
  { name: 'Currency' },
  { name: 'Rows', look: 'hidden w-28 text-right sm:table-cell' },
  { name: 'Amount', look: 'w-32 text-right sm:w-44' },
  { name: 'Fee', look: 'hidden w-44 text-right sm:table-cell' },
];

/**
 * What the rows of the file say, by currency and outcome, never added up across currencies. Rows are listed by outcome, and not
 * by currency, so that a number leads to its rows where all that have its outcome are of its currency.
 */
export function CurrencySums({ of: { id, sums, counts } }: Readonly<{ of: Reconciliation }>) {
  const lines = Object.entries(sums).flatMap(([currency, { outcomes, ...whole }]) => [
    { name: currency, currency, isWhole: true, counted: counts.rows, search: {}, ...whole },
    ...Object.entries(outcomes)
      .filter(([, { rows }]) => rows > 0)
      .map(([outcome, sum]) => ({
        name: inWords(outcome),
        currency,
        isWhole: false,
        counted: (counts as Readonly<Partial<Record<string, number>>>)[outcome],
        search: reconciliationSearch.parse({ outcome }),
        ...sum,
      })),
  ]);
  if (lines.length === 0) return null;
  return (
    <Section title="What they say">
      <div className="card overflow-hidden">
        <Table caption="Sums by currency and outcome" columns={COLUMNS}>
          {lines.map(({ name, currency, isWhole, counted, search, rows, amount, fee }) => {
            const made = (number: string) =>
              rows === counted ? (
                <ToRows id={id} search={search}>
                  {number}
                </ToRows>
              ) : (
                number
              );
            return (
              <tr key={`${currency} ${name}`} className={isWhole ? 'bg-rail font-medium' : 'text-quiet'}>
                <td className={`${CELL} ${isWhole ? '' : 'pl-7'}`}>{name}</td>
                <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
                  {made(count(rows))}
                </td>
                <td className={`${CELL} text-right tabular-nums`}>{made(money(amount, currency))}</td>
                <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
                  {made(money(fee, currency))}
                </td>
              </tr>
            );
          })}
        </Table>
      </div>
    </Section>
  );
}

type ToRowsProps = Readonly<{ id: string; search: ReconciliationSearch; children: ReactNode }>;

const ToRows = ({ id, search, children }: ToRowsProps) => (
  <Link
    to="/reconciliations/$id"
    params={{ id }}
    search={search}
    resetScroll={false}
    className="rounded underline decoration-1 underline-offset-4 hover:decoration-2"
  >
    {children}
  </Link>
);
