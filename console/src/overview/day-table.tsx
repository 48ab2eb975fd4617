import { Link } from '@tanstack/react-router';
import { decimal } from '../parts/money.ts';
import type { PaymentSearch } from '../payments/payment-search.ts';
import type { ReportRow } from './overview-queries.ts';
import { successOf } from './success.ts';

export type Day = Readonly<{ date: string; row: ReportRow | undefined }>;

const COLUMNS = [
  'Day',
  'Payments',
  'Succeeded',
  'Failed',
  'Success',
  'Captured',
  'Refunded',
  'Net',
  'Fees',
  'Disputed',
  'Proceeds',
];
const FIRST_AMOUNT = COLUMNS.indexOf('Captured');
const CELL = 'h-8 px-2 text-right tabular-nums';
const LINK = 'rounded text-accent hover:underline';

/** The days on which there was something of one currency; each number of payments leads to them. */
export function DayTable({ days, currency }: Readonly<{ days: readonly Day[]; currency: string }>) {
  return (
    <div className="mt-2 max-h-72 overflow-auto" tabIndex={0} role="region" aria-label={`${currency} by day`}>
      <table className="w-full border-collapse">
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th
                key={name}
                scope="col"
                className="h-8 px-2 text-right text-xs font-medium text-quiet first:text-left"
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {days.map(({ date, row }) => row !== undefined && <DayRow key={date} date={date} row={row} />)}
        </tbody>
      </table>
    </div>
  );
}

function DayRow({ date, row }: Readonly<{ date: string; row: ReportRow }>) {
  const { currency } = row;
  const search: PaymentSearch = { currency, start_date: date, end_date: date };
  const amounts = [
    row.captured_amount,
    row.refunded_amount,
    row.net_amount,
    row.fees_amount,
    row.disputed_amount,
    row.proceeds_amount,
  ];
  return (
    <tr>
      <th scope="row" className="h-8 px-2 text-left font-normal whitespace-nowrap">
        <Link to="/payments" search={search} className={LINK}>
          {date}
        </Link>
      </th>
      <CountCell count={row.count} search={search} />
      <CountCell count={row.succeeded_count} search={{ ...search, status: 'succeeded' }} />
      <CountCell count={row.failed_count} search={{ ...search, status: 'failed' }} />
      <td className={`${CELL} whitespace-nowrap`}>{successOf(row)}</td>
      {amounts.map((amount, index) => (
        <td key={COLUMNS[FIRST_AMOUNT + index]} className={CELL}>
          {decimal(amount ?? 0, currency)}
        </td>
      ))}
    </tr>
  );
}

const CountCell = ({ count, search }: Readonly<{ count: number; search: PaymentSearch }>) => (
  <td className={CELL}>
    {count === 0 ? (
      <span className="text-quiet">0</span>
    ) : (
      <Link to="/payments" search={search} className={LINK}>
        {count}
      </Link>
    )}
  </td>
);
