import { Link } from '@tanstack/react-router';
import { decimal, money } from '../parts/money.ts';
import { type Day, DayTable } from './day-table.tsx';
import type { PaymentReport, ReportRow } from './overview-queries.ts';
import { successOf } from './success.ts';

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
        <DayTable days={days} currency={currency} />
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
      {money(proceeds, currency)} after fees of {money(fees, currency)} and disputes of{' '}
      {money(disputed, currency)}
    </p>
  );
}

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
