import type pg from 'pg';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Merchants } from '../../ports/merchants.ts';
import { coalesce } from '../shared/coalesce.ts';
import { attempt, retried, withRetry } from './faults.ts';
import { aggregateFromRow } from './ledger-rows.ts';
import type { Row } from './schema.ts';

type Found = Pick<Row<'aggregate'>, 'id' | 'record' | 'audit_hash'>;

export function postgresMerchants(pool: pg.Pool): Merchants {
  const merchant = coalesce<MerchantId, Found | undefined>({
    run: (ids) => retried(() => findMerchants(pool, ids)),
    most: 1_000,
    lanes: 2,
  });
  return {
    find: (id) => attempt(() => merchant(id)).map((row) => row && aggregateFromRow('merchant', row)),
    list: ({ limit, after = '' }) =>
      withRetry(() =>
        pool.query<Found>({
          name: 'list_merchants',
          text: `SELECT id, record::text, audit_hash FROM aggregate
            WHERE kind = 'merchant' AND id > $1 ORDER BY id LIMIT $2`,
          values: [after, limit],
        }),
      ).map(({ rows }) => rows.map((row) => aggregateFromRow('merchant', row))),
  };
}

async function findMerchants(
  pool: pg.Pool,
  ids: readonly MerchantId[],
): Promise<readonly (Found | undefined)[]> {
  const { rows } = await pool.query<Found>({
    name: 'find_merchants',
    text: `SELECT id, record::text, audit_hash FROM aggregate
      WHERE owner = ANY ($1) AND kind = 'merchant' AND id = owner`,
    values: [[...new Set(ids)]],
  });
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id));
}
