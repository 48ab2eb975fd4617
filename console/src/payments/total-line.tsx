import { useQuery } from '@tanstack/react-query';
import { money } from '../parts/money.ts';
import type { PaymentSearch } from './payment-search.ts';
import { type RangeTotal, rangeTotal } from './range-total.ts';

const GROUPED = new Intl.NumberFormat('en');

/** What all payments of the filters come to, of each currency apart; never added up from the rows below. */
export function TotalLine({ search }: Readonly<{ search: PaymentSearch }>) {
  const { data, isError } = useQuery(rangeTotal(search));
  if (isError) return <p className="text-quiet">These filters have no total.</p>;
  return data === undefined ? <p className="text-quiet">Counting…</p> : <Total of={data} />;
}

export function Total({ of: { count, sums } }: Readonly<{ of: RangeTotal }>) {
  return (
    <p className="text-quiet">
      <span className="font-medium text-ink tabular-nums">{GROUPED.format(count)}</span>{' '}
      {count === 1 ? 'payment' : 'payments'}
      {sums.map(({ currency, count: of, amount }) => (
        <span key={currency}>
          {' · '}
          {sums.length > 1 && `${GROUPED.format(of)} of `}
          <span className="font-medium whitespace-nowrap text-ink tabular-nums">
            {money(amount, currency)}
          </span>
        </span>
      ))}
    </p>
  );
}
