import type pg from 'pg';
import { QUOTA_WINDOW_MS, QUOTA_WINDOWS_KEPT, type Quotas } from '../../ports/quotas.ts';
import { patiently } from './faults.ts';

/**
 * One statement on one row. A take may count past the limit once, when it is cut short; from then on nothing is
 * written. The first take of a window deletes the merchant's counts that are too old to be asked for.
 */
const TAKE = `
  WITH taken AS (
    INSERT INTO quota AS q (merchant_id, kind, start, used) VALUES ($1, $2, $3, $4)
    ON CONFLICT (merchant_id, kind, start) DO UPDATE SET used = q.used + excluded.used WHERE q.used < $5::bigint
    RETURNING used
  ), pruned AS (
    DELETE FROM quota
    WHERE merchant_id = $1 AND kind = $2 AND start < $6 AND EXISTS (SELECT FROM taken WHERE used = $4::bigint)
  )
  SELECT used FROM taken`;

export const postgresQuotas = (pool: pg.Pool): Quotas => ({
  take: (merchantId, { kind, start }, wanted, limit) =>
    patiently(async () => {
      const oldest = new Date(start - QUOTA_WINDOWS_KEPT * QUOTA_WINDOW_MS[kind]);
      const { rows } = await pool.query<{ used: bigint }>({
        name: 'take_quota',
        text: TAKE,
        values: [merchantId, kind, new Date(start), wanted, limit, oldest],
      });
      const [count] = rows;
      if (count === undefined) return 0;
      const before = Number(count.used) - wanted;
      return Math.max(0, Math.min(wanted, limit - before));
    }),
});
