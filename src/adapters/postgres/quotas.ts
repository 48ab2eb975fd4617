import type pg from 'pg';
import { QUOTA_WINDOW_MS, QUOTA_WINDOWS_KEPT, type Quotas } from '../../ports/quotas.ts';
import { withRetry } from './faults.ts';

/**
 * One row, locked for one statement. A take may count past the limit once, when it is cut short; from then on nothing is
 * written. Windows take turns in a holder's slots, so that nothing has to be deleted: a newer window takes the slot
 * over, and an older one gets nothing.
 */
const TAKE = `
  INSERT INTO quota AS q (merchant_id, kind, slot, start, used) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (merchant_id, kind, slot) DO UPDATE SET
    start = excluded.start,
    used = CASE WHEN q.start = excluded.start THEN q.used + excluded.used ELSE excluded.used END
  WHERE q.start < excluded.start OR (q.start = excluded.start AND q.used < $6::bigint)
  RETURNING used`;

export const postgresQuotas = (pool: pg.Pool): Quotas => ({
  take: (holder, { kind, start }, wanted, limit) =>
    withRetry(async () => {
      const slot = Math.floor(start / QUOTA_WINDOW_MS[kind]) % QUOTA_WINDOWS_KEPT;
      const { rows } = await pool.query<{ used: bigint }>({
        name: 'take_quota',
        text: TAKE,
        values: [holder, kind, slot, new Date(start), wanted, limit],
      });
      const [count] = rows;
      if (count === undefined) return 0;
      const before = Number(count.used) - wanted;
      return Math.max(0, Math.min(wanted, limit - before));
    }),
});
