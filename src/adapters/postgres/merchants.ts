import type pg from 'pg';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Merchants } from '../../ports/merchants.ts';
import { aggregateFromRow } from './ledger-rows.ts';
import { findAll, type ManyKeys, readsByKey } from './reads.ts';
import type { Row } from './schema.ts';

type Found = Pick<Row<'aggregate'>, 'record' | 'audit_hash'>;

export function postgresMerchants(pool: pg.Pool): Merchants {
  const merchant = readsByKey<MerchantId, Found>(pool, MERCHANTS);
  return {
    find: (id) => merchant(id).map(([row]) => row && aggregateFromRow('merchant', row)),
    list: ({ limit, after = '' }) =>
      findAll(
        pool,
        {
          name: 'list_merchants',
          text: `SELECT record::text, audit_hash FROM aggregate
            WHERE kind = 'merchant' AND id > $1 ORDER BY id LIMIT $2`,
          values: [after, limit],
        },
        (row: Found) => aggregateFromRow('merchant', row),
      ),
  };
}

const MERCHANTS: ManyKeys<MerchantId> = {
  name: 'find_merchants_by_id',
  text: `SELECT wanted.position, merchant.* FROM unnest($1::text[]) WITH ORDINALITY AS wanted(id, position)
    CROSS JOIN LATERAL (
      SELECT a.record::text, a.audit_hash FROM aggregate a
      WHERE a.owner = wanted.id AND a.kind = 'merchant' AND a.id = wanted.id LIMIT 1
    ) AS merchant`,
  columnsOf: (ids) => [ids],
};
