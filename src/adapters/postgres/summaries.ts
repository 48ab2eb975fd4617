import type pg from 'pg';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Tally } from '../../domain/payments/tally.ts';
import type { Summaries } from '../../ports/summaries.ts';
import { findAll } from './reads.ts';
import type { Row } from './schema.ts';

/** One statement, one moment: a payment that moves from one status to another is counted in one of them. */
export const postgresSummaries = (pool: pg.Pool): Summaries => ({
  tallies: (merchantId, { from = '-infinity', to = 'infinity' }) =>
    findAll(
      pool,
      {
        name: 'tallies_of',
        text: `SELECT merchant_id, day::text, currency, status, sum(count)::bigint AS count, sum(amount) AS amount,
            sum(captured) AS captured, sum(refunded) AS refunded
          FROM tally WHERE merchant_id = $1 AND day BETWEEN $2 AND $3
          GROUP BY merchant_id, tally.day, currency, status
          HAVING (sum(count), sum(amount), sum(captured), sum(refunded)) <> (0, 0, 0, 0)`,
        values: [merchantId, from, to],
      },
      tallyFromRow,
    ),
});

/** A tally, or one slot's part of it. */
export const tallyFromRow = (row: Omit<Row<'tally'>, 'slot' | 'written_in'>): Tally => ({
  merchantId: row.merchant_id as MerchantId,
  day: row.day,
  currency: storedCurrency(row.currency),
  status: row.status,
  count: Number(row.count),
  amount: BigInt(row.amount),
  captured: BigInt(row.captured),
  refunded: BigInt(row.refunded),
});
