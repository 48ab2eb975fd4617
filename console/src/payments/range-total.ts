import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../api/api.ts';
import type { Whole } from '../api/exact-json.ts';
import { listQueryOf, type PaymentSearch } from './payment-search.ts';

/** All payments that the filters choose, as the API counted them; with sums where it keeps any for such filters. */
export type RangeTotal = Readonly<{ count: number; sums?: readonly Sum[] }>;

export type Sum = Readonly<{ currency: string; count: number; amount: Whole }>;

type Source = 'summary' | 'report' | 'count' | 'none';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Which answer of the API has the total of these filters: an email is looked up by the list alone, because each look-up is on record. */
export function sourceOf(search: PaymentSearch): Source {
  const { start_date, end_date, currency: _, status, ...others } = search;
  if (others.customer_email !== undefined) return 'none';
  if (Object.values(others).some((value) => value !== undefined)) return 'count';
  if (status === undefined) return 'summary';
  return DAY.test(start_date ?? '') && DAY.test(end_date ?? '') ? 'report' : 'count';
}

type Period = Readonly<{ start_date?: string; end_date?: string }>;

const periodOf = ({ start_date, end_date }: PaymentSearch): Period => ({
  ...(start_date === undefined ? {} : { start_date }),
  ...(end_date === undefined ? {} : { end_date }),
});

const totalOf = (sums: readonly Sum[]): RangeTotal => ({
  count: sums.reduce((all, { count }) => all + count, 0),
  sums,
});

async function summarised(search: PaymentSearch, signal: AbortSignal): Promise<RangeTotal> {
  const { by_currency } = await bodyOf(
    api.GET('/payments/summary', { params: { query: periodOf(search) }, signal }),
  );
  const sums = Object.entries(by_currency).map(([currency, { count, total_amount }]) => ({
    currency,
    count,
    amount: total_amount,
  }));
  return totalOf(
    sums.filter(({ currency }) => search.currency === undefined || currency === search.currency),
  );
}

async function reported(search: PaymentSearch, signal: AbortSignal): Promise<RangeTotal> {
  const { start_date: from = '', end_date: to = '' } = search;
  const query = { from, to, interval: 'day', group_by: 'status', format: 'json' } as const;
  // The other form of a report, CSV, is text.
  const { total } = (await bodyOf(
    api.GET('/reports/payments', { params: { query }, signal }),
  )) as Schemas['PaymentReport'];
  const rows = total.filter(
    ({ currency, group }) =>
      group === search.status && (search.currency === undefined || currency === search.currency),
  );
  return totalOf(
    rows.map(({ currency, count, total_amount }) => ({ currency, count, amount: total_amount })),
  );
}

async function counted(search: PaymentSearch, signal: AbortSignal): Promise<RangeTotal> {
  const query = { ...listQueryOf(search), limit: 1, include: 'total' } as const;
  const { total = 0 } = await bodyOf(api.GET('/payments', { params: { query }, signal }));
  return { count: total };
}

/** Counted when the list is opened, as the list is. */
export const rangeTotal = (search: PaymentSearch) =>
  queryOptions({
    queryKey: ['payments', 'total', search],
    queryFn: ({ signal }) =>
      ({ summary: summarised, report: reported, count: counted, none: counted })[sourceOf(search)](
        search,
        signal,
      ),
    enabled: sourceOf(search) !== 'none',
    staleTime: 60_000,
  });
