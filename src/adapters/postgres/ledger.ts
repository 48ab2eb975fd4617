import type pg from 'pg';
import type { Ledger } from '../../ports/ledger.ts';
import { entryFromRow } from './ledger-rows.ts';
import { findAll } from './reads.ts';
import { uuidOf } from './rows.ts';

const NEWEST_ID = 'f'.repeat(32);

/** Each page is one index range scan. */
export const postgresLedger = (pool: pg.Pool): Ledger => ({
  list: (merchantId, { currency }, { limit, before }) =>
    findAll(
      pool,
      {
        name: 'list_ledger_entries',
        text: `SELECT * FROM ledger_entry
          WHERE merchant_id = $1 AND id < $2 AND currency = coalesce($3, currency) ORDER BY id DESC LIMIT $4`,
        values: [merchantId, before === undefined ? NEWEST_ID : uuidOf(before), currency ?? null, limit],
      },
      entryFromRow,
    ),
});
