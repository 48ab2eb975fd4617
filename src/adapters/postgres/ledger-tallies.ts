import type pg from 'pg';
import { storedCurrency } from '../../domain/kernel/currency.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { LedgerTally } from '../../domain/ledger/ledger-tally.ts';
import type { LedgerTallies } from '../../ports/ledger-tallies.ts';
import { findAll } from './reads.ts';
import type { Row } from './schema.ts';

/** What a trigger of `ledger_entry` adds up in the statement that writes entries, whichever version sends it. */
export const postgresLedgerTallies = (pool: pg.Pool): LedgerTallies => ({
  of: (merchantId, { from = '-infinity', to = 'infinity' }) =>
    findAll(
      pool,
      {
        name: 'ledger_tallies_of',
        text: `SELECT merchant_id, day::text, currency, type, sum(count)::bigint AS count, sum(amount) AS amount
          FROM ledger_tally WHERE merchant_id = $1 AND day BETWEEN $2 AND $3
          GROUP BY merchant_id, ledger_tally.day, currency, type`,
        values: [merchantId, from, to],
      },
      ledgerTallyFromRow,
    ),
});

/** A tally, or one slot's part of it. */
export const ledgerTallyFromRow = (row: Omit<Row<'ledger_tally'>, 'slot' | 'written_in'>): LedgerTally => ({
  merchantId: row.merchant_id as MerchantId,
  day: row.day,
  currency: storedCurrency(row.currency),
  type: row.type,
  count: Number(row.count),
  amount: BigInt(row.amount),
});
