import { queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import type { Whole } from '../api/exact-json.ts';
import { listQueryOf, type PaymentSearch } from './payment-search.ts';

/** All payments that the filters choose, as the API counted and added them up. */
export type RangeTotal = Readonly<{ count: number; sums: readonly Sum[] }>;

type Sum = Readonly<{ currency: string; count: number; amount: Whole }>;

/** Counted when the list is opened, as the list is. */
export const rangeTotal = (search: PaymentSearch) =>
  queryOptions({
    queryKey: ['payments', 'total', search],
    queryFn: async ({ signal }): Promise<RangeTotal> => {
      const query = { ...listQueryOf(search), limit: 1, include: 'total' } as const;
      const { total = 0, by_currency = {} } = await dataOf(
        api.GET('/payments', { params: { query }, signal }),
      );
      const sums = Object.entries(by_currency).map(([currency, { count, total_amount }]) => ({
        currency,
        count,
        amount: total_amount,
      }));
      return { count: total, sums };
    },
    staleTime: 60_000,
  });
