import type pg from 'pg';
import type { FailedAuthenticationCounts } from '../../ports/failed-authentications.ts';
import { withRetry } from './faults.ts';
import type { Row } from './schema.ts';

export const postgresFailedAuthentications = (pool: pg.Pool): FailedAuthenticationCounts => ({
  add: (merchantId, minute, count) =>
    withRetry(() =>
      pool.query({
        name: 'add_failed_authentications',
        text: `INSERT INTO failed_authentication AS f (merchant_id, minute, count) VALUES ($1, $2, $3)
          ON CONFLICT (merchant_id, minute) DO UPDATE SET count = f.count + excluded.count`,
        values: [merchantId ?? NOBODY, new Date(minute), count],
      }),
    ).map(() => undefined),
  list: (merchantId, from, to) =>
    withRetry(() =>
      pool.query<Row<'failed_authentication'>>({
        name: 'list_failed_authentications',
        text: `SELECT minute, count FROM failed_authentication
          WHERE merchant_id = $1 AND minute BETWEEN $2 AND $3 ORDER BY minute`,
        values: [merchantId ?? NOBODY, new Date(from), new Date(to)],
      }),
    ).map(({ rows }) => rows.map(({ minute, count }) => ({ minute, count: Number(count) }))),
});

/** No merchant's id is empty. */
const NOBODY = '';
