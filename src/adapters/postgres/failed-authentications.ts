import type pg from 'pg';
import type { FailedAuthenticationCounts } from '../../ports/failed-authentications.ts';
import { withRetry } from './faults.ts';
import { findAll } from './reads.ts';
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
    findAll(
      pool,
      {
        name: 'list_failed_authentications',
        text: `SELECT minute, count FROM failed_authentication
          WHERE merchant_id = $1 AND minute BETWEEN $2 AND $3 ORDER BY minute`,
        values: [merchantId ?? NOBODY, new Date(from), new Date(to)],
      },
      ({ minute, count }: Row<'failed_authentication'>) => ({ minute, count: Number(count) }),
    ),
});

/** No merchant's id is empty. */
const NOBODY = '';
