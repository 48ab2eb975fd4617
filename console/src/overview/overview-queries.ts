import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../api/api.ts';
import type { AGES } from './age-groups.ts';

type Age = (typeof AGES)[number]['age'];

export type PaymentReport = Schemas['PaymentReport'];
export type ReportRow = Schemas['PaymentReportRow'];

export const reportQuery = (period: Readonly<{ from: string; to: string }>) =>
  queryOptions({
    queryKey: ['overview', 'report', period],
    // The other form of a report, CSV, is text.
    queryFn: async ({ signal }) =>
      (await bodyOf(
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
      (await bodyOf(
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
      bodyOf(api.GET('/exceptions', { params: { query: { status: 'open', age, limit: 100 } }, signal })),
    meta: { live: 'always' },
    staleTime: 30_000,
  });

export const summaryQuery = queryOptions({
  queryKey: ['overview', 'summary'],
  queryFn: ({ signal }) => bodyOf(api.GET('/payments/summary', { signal })),
  meta: { live: true },
});

export const attentionQuery = queryOptions({
  queryKey: ['overview', 'attention'],
  queryFn: ({ signal }) =>
    bodyOf(
      api.GET('/payments', { params: { query: { attention: 'true', limit: 1, include: 'total' } }, signal }),
    ),
  meta: { live: true },
});
