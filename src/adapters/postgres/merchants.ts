import type pg from 'pg';
import type { MerchantId } from '../../domain/ids.ts';
import type { Merchants } from '../../ports/merchants.ts';
import { coalesce } from '../shared/coalesce.ts';
import { attempt, patiently, retried } from './faults.ts';
import { queriesOn } from './migrate.ts';
import type { Row } from './schema.ts';

export function postgresMerchants(pool: pg.Pool): Merchants {
  const db = queriesOn(pool);
  const merchant = coalesce<MerchantId, Row<'merchant'> | undefined>({
    run: (ids) => retried(() => findMerchants(pool, ids)),
    most: 1_000,
    lanes: 2,
  });
  return {
    find: (id) => attempt(() => merchant(id)).map((row) => row && fromRow(row)),
    addIfAbsent: ({ id, name, email, status, maxPaymentAmount, version }) =>
      patiently(() =>
        db
          .insertInto('merchant')
          .values({ id, name, email, status, max_payment_amount: maxPaymentAmount, version })
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      ).map(() => undefined),
  };
}

async function findMerchants(
  pool: pg.Pool,
  ids: readonly MerchantId[],
): Promise<readonly (Row<'merchant'> | undefined)[]> {
  const { rows } = await pool.query<Row<'merchant'>>({
    name: 'find_merchants',
    text: 'SELECT * FROM merchant WHERE id = ANY ($1)',
    values: [[...new Set(ids)]],
  });
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id));
}

const fromRow = (row: Row<'merchant'>) => ({
  id: row.id as MerchantId,
  name: row.name,
  email: row.email,
  status: row.status,
  maxPaymentAmount: row.max_payment_amount,
  version: row.version,
});
