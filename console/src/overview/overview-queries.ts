import { queryOptions } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import type { AGES } from './age-groups.ts';
import { firstDayWith } from './oldest.ts';
import { dayBefore } from './overview-search.ts';

type Age = (typeof AGES)[number]['age'];

export type PaymentReport = Schemas['PaymentReport'];
export type ReportRow = Schemas['PaymentReportRow'];

export const reportQuery = (period: Readonly<{ from: string; to: string }>) =>
  queryOptions({
    queryKey: ['overview', 'report', period],
    // The other form of a report, CSV, is text.
    queryFn: async ({ signal }) =>
      (await dataOf(
        api.GET('/reports/payments', {
          params: { query: { ...period, interval: 'day', format: 'json' } },
          signal,
        }),
      )) as PaymentReport,
    meta: { live: true },
    staleTime: 30_000,
  });

/** Of each payment of the time, read one by one up to a bound. */
export const declinesQuery = (period: Readonly<{ from: string; to: string }>) =>
  queryOptions({
    queryKey: ['overview', 'declines', period],
    queryFn: async ({ signal }) =>
      (await dataOf(
        api.GET('/reports/payments', {
          params: { query: { ...period, interval: 'month', group_by: 'decline_code', format: 'json' } },
          signal,
        }),
      )) as PaymentReport,
    staleTime: 60_000,
  });

export const exceptionsOfAge = (age: Age) =>
  queryOptions({
    queryKey: ['overview', 'exceptions', age],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/exceptions', { params: { query: { status: 'open', age, limit: 100 } }, signal })),
    meta: { live: 'always' },
    staleTime: 30_000,
  });

export const summaryQuery = queryOptions({
  queryKey: ['overview', 'summary'],
  queryFn: ({ signal }) => dataOf(api.GET('/payments/summary', { signal })),
  meta: { live: true },
});

/** Those that need people, by when they were made: the one that has needed them the longest can be any of them. */
export const attentionQuery = queryOptions({
  queryKey: ['overview', 'attention'],
  queryFn: ({ signal }) =>
    dataOf(
      api.GET('/payments', {
        params: { query: { attention: 'true', limit: 100, include: 'total' } },
        signal,
      }),
    ),
  meta: { live: true },
});

/**
 * The day on which the oldest that is processing was made, or, where that was before the period, the last day before it. By the sums
 * of days, because a list of one status may read all payments that there are.
 */
export const oldestProcessing = (period: Readonly<{ from: string; to: string }>) =>
  queryOptions({
    queryKey: ['overview', 'processing', period],
    queryFn: async ({ signal }): Promise<Readonly<{ day: string; isEarlier: boolean }> | null> => {
      const before = dayBefore(period.from);
      const earlier = await dataOf(
        api.GET('/payments/summary', { params: { query: { end_date: before } }, signal }),
      );
      if ((earlier.by_status.processing ?? 0) > 0) return { day: before, isEarlier: true };
      const report = (await dataOf(
        api.GET('/reports/payments', {
          params: { query: { ...period, interval: 'day', group_by: 'status', format: 'json' } },
          signal,
        }),
      )) as PaymentReport;
      const day = firstDayWith('processing', report);
      return day === undefined ? null : { day, isEarlier: false };
    },
    meta: { live: 'seldom' },
    staleTime: 10_000,
  });
