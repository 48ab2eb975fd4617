import type pg from 'pg';
import { type ClaimKey, isLapsed, type Operation } from '../../domain/kernel/claim.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Claims } from '../../ports/claims.ts';
import { coalesce } from '../shared/coalesce.ts';
import { attempt, retried, withRetry } from './faults.ts';
import { claimFromRow } from './rows.ts';
import type { Row } from './schema.ts';

export function postgresClaims(pool: pg.Pool): Claims {
  const claim = coalesce<ClaimKey, Row<'claim'> | undefined>({
    run: (keys) => retried(() => findClaims(pool, keys)),
    most: 256,
    lanes: 2,
  });
  return {
    find: (key, now) =>
      attempt(() => claim(key)).map((row) => {
        const found = row && claimFromRow(row);
        return found === undefined || isLapsed(found, now) ? undefined : found;
      }),
    due: (now, limit) =>
      withRetry(() => dueClaims(pool, new Date(now), limit)).map((rows) =>
        rows.map(({ merchant_id, operation, key }) => ({
          merchantId: merchant_id as MerchantId,
          operation: operation as Operation,
          key,
        })),
      ),
  };
}

async function findClaims(
  pool: pg.Pool,
  keys: readonly ClaimKey[],
): Promise<readonly (Row<'claim'> | undefined)[]> {
  const { rows } = await pool.query<Row<'claim'> & { position: bigint }>({
    name: 'find_claims',
    text: `SELECT wanted.position, claim.* FROM unnest($1::text[], $2::text[], $3::text[])
        WITH ORDINALITY AS wanted(merchant_id, operation, key, position)
      CROSS JOIN LATERAL (
        SELECT * FROM claim c
        WHERE c.merchant_id = wanted.merchant_id AND c.operation = wanted.operation AND c.key = wanted.key LIMIT 1
      ) AS claim`,
    values: [
      keys.map(({ merchantId }) => merchantId),
      keys.map(({ operation }) => operation),
      keys.map(({ key }) => key),
    ],
  });
  const found = new Map(rows.map((row) => [Number(row.position), row]));
  return keys.map((_, index) => found.get(index + 1));
}

async function dueClaims(pool: pg.Pool, now: Date, limit: number) {
  const { rows } = await pool.query<Pick<Row<'claim'>, 'merchant_id' | 'operation' | 'key'>>({
    name: 'due_claims',
    text: 'SELECT merchant_id, operation, key FROM claim WHERE due_at <= $1 ORDER BY due_at LIMIT $2',
    values: [now, limit],
  });
  return rows;
}
