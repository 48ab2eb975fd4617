import { Link } from '@tanstack/react-router';
import { decimal, money } from '../parts/money.ts';
import type { PaymentReport, ReportRow } from './overview-queries.ts';

type Day = Readonly<{ date: string; row: ReportRow | undefined }>;

const percent = (rate: number): string => `${(rate * 100).toFixed(rate === 1 || rate === 0 ? 0 : 1)} %`;

/** What came of the payments of one currency, and how it came about day by day. */
export function VolumeCard({ total, report }: Readonly<{ total: ReportRow; report: PaymentReport }>) {
  const { currency } = total;
  const days = report.buckets.map(({ date, rows }) => ({
    date,
    row: rows.find((row) => row.currency === currency),
  }));
  const search = { currency, start_date: report.from, end_date: report.to };
  return (
    <article className="card flex min-w-0 flex-col gap-4 p-5" aria-label={currency}>
      <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
        <div>
          <p className="text-quiet">Net, captured less refunds</p>
          <p className="text-2xl leading-8 font-semibold tabular-nums">
            {decimal(total.net_amount, currency)}{' '}
            <span className="text-base font-normal text-quiet">{currency}</span>
          </p>
          <Costs row={total} />
        </div>
        <dl className="flex gap-6">
          <div>
            <dt className="text-quiet">Payments</dt>
            <dd className="font-medium tabular-nums">
              <Link to="/payments" search={search} className="text-accent hover:underline">
                {total.count}
              </Link>
            </dd>
          </div>
          <div>
            <dt className="text-quiet">Failed</dt>
            <dd className="font-medium tabular-nums">
              <Link
                to="/payments"
                search={{ ...search, status: 'failed' }}
                className="text-accent hover:underline"
              >
                {total.failed_count}
              </Link>
            </dd>
          </div>
          <div>
            <dt className="text-quiet">Success</dt>
            <dd className="font-medium tabular-nums">{successOf(total)}</dd>
          </div>
        </dl>
      </div>
      <Bars days={days} currency={currency} />
      <details>
        <summary className="w-fit rounded text-quiet hover:text-ink">As a table</summary>
        <DayTable days={days.filter(({ row }) => row !== undefined)} currency={currency} />
      </details>
    </article>
  );
}

/** What was posted against it in the time; nothing where nothing was. */
function Costs({ row }: Readonly<{ row: ReportRow }>) {
  const { currency, fees_amount: fees, disputed_amount: disputed, proceeds_amount: proceeds } = row;
  if (
    fees === null ||
    disputed === null ||
    proceeds === null ||
    (BigInt(fees) === 0n && BigInt(disputed) === 0n)
  )
    return null;
  return (
    <p className="text-quiet tabular-nums">
      {money(proceeds, currency)} after fees of {decimal(fees, currency)} and disputes of{' '}
      {decimal(disputed, currency)}
    </p>
  );
}

/** Where none has succeeded or failed yet there is no rate. */
const successOf = ({ succeeded_count, failed_count, success_rate }: ReportRow): string =>
  succeeded_count + failed_count === 0 ? '—' : percent(success_rate);

const HEIGHT = 72;
const STEP = 10;

/** The captured amount of each day; the table below has the numbers. */
function Bars({ days, currency }: Readonly<{ days: readonly Day[]; currency: string }>) {
  const amounts = days.map(({ row }) => BigInt(row?.captured_amount ?? 0));
  const most = amounts.reduce((a, b) => (a > b ? a : b), 1n);
  const [first, last] = [days[0]?.date, days.at(-1)?.date];
  return (
    <figure className="flex flex-col gap-1">
      <svg
        role="img"
        aria-label={`Captured by day, at most ${money(most, currency)}`}
        viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-18 w-full"
      >
        {amounts.map((amount, index) => {
          const height = amount === 0n ? 1 : Math.max(2, Number((amount * 1_000n) / most) * (HEIGHT / 1_000));
          return (
            <rect
              key={days[index]?.date}
              x={index * STEP + 1}
              y={HEIGHT - height}
              width={STEP - 2}
              height={height}
              className={amount === 0n ? 'fill-line' : 'fill-accent'}
            >
              <title>{`${days[index]?.date}: ${money(amount, currency)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className="flex justify-between text-xs text-quiet">
        <span>{first}</span>
        <span>{last}</span>
      </figcaption>
    </figure>
  );
}

function DayTable({ days, currency }: Readonly<{ days: readonly Day[]; currency: string }>) {
  const head = 'h-8 px-2 text-right text-xs font-medium text-quiet first:text-left';
  const cell = 'h-8 px-2 text-right tabular-nums';
  return (
    <div className="mt-2 max-h-72 overflow-auto" tabIndex={0} role="region" aria-label={`${currency} by day`}>
      <table className="w-full border-collapse">
        <thead>
          <tr>
            {['Day', 'Payments', 'Captured', 'Refunded', 'Net', 'Fees', 'Disputed', 'Proceeds'].map(
              (name) => (
                <th key={name} scope="col" className={head}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {days.map(({ date, row }) => (
            <tr key={date}>
              <th scope="row" className="h-8 px-2 text-left font-normal whitespace-nowrap">
                <Link
                  to="/payments"
                  search={{ currency, start_date: date, end_date: date }}
                  className="text-accent hover:underline"
                >
                  {date}
                </Link>
              </th>
              <td className={cell}>{row?.count}</td>
              <td className={cell}>{decimal(row?.captured_amount ?? 0, currency)}</td>
              <td className={cell}>{decimal(row?.refunded_amount ?? 0, currency)}</td>
              {[row?.net_amount, row?.fees_amount, row?.disputed_amount, row?.proceeds_amount].map(
                (amount, index) => (
                  <td key={index} className={cell}>
                    {decimal(amount ?? 0, currency)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
