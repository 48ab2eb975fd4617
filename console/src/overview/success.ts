import type { ReportRow } from './overview-queries.ts';

const percent = (rate: number): string => `${(rate * 100).toFixed(rate === 1 || rate === 0 ? 0 : 1)} %`;

type Counts = Pick<ReportRow, 'succeeded_count' | 'failed_count' | 'success_rate'>;

/** Where none has succeeded or failed yet there is no rate. */
export const successOf = ({ succeeded_count, failed_count, success_rate }: Counts): string =>
  succeeded_count + failed_count === 0 ? '—' : percent(success_rate);
