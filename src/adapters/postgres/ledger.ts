import type pg from 'pg';
import { firstIdAt, lastIdAt } from '../../domain/kernel/ids.ts';
import type { LedgerEntryType } from '../../domain/ledger/ledger.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { entryFromRow } from './ledger-rows.ts';
import { findAll } from './reads.ts';
import { uuidOf } from './rows.ts';

const OLDEST_ID = '0'.repeat(32);
const NEWEST_ID = 'f'.repeat(32);

/** What most entries are; all others have an index of their own, by type. */
const COMMON: readonly LedgerEntryType[] = ['capture', 'fee'];

/** Each page is one index range scan; one of captures or of fees alone, or of one currency, passes over others. */
export const postgresLedger = (pool: pg.Pool): Ledger => ({
  list: (merchantId, { currency, type, from, to }, { limit, before }) => {
    const isRare = type !== undefined && !COMMON.includes(type);
    const first = from === undefined ? OLDEST_ID : uuidOf(firstIdAt('led', from));
    const last = to === undefined ? NEWEST_ID : uuidOf(lastIdAt('led', to));
    return findAll(
      pool,
      {
        name: isRare ? 'list_rare_ledger_entries' : 'list_ledger_entries',
        text: `SELECT * FROM ledger_entry
          WHERE merchant_id = $1 AND id >= $2 AND id <= $3 AND id < $4 AND currency = coalesce($5, currency)
            AND ${isRare ? `type = $6 AND type NOT IN ('capture', 'fee')` : 'type = coalesce($6, type)'}
          ORDER BY id DESC LIMIT $7`,
        values: [
          merchantId,
          first,
          last,
          before === undefined ? NEWEST_ID : uuidOf(before),
          currency ?? null,
          type ?? null,
          limit,
        ],
      },
      entryFromRow,
    );
  },
});
