import type pg from 'pg';
import { type ClaimKey, isLapsed, type Operation } from '../../domain/kernel/claim.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Claims } from '../../ports/claims.ts';
import { findAll, type ManyKeys, readsByKey } from './reads.ts';
import { claimFromRow } from './rows.ts';
import type { Row } from './schema.ts';

export function postgresClaims(pool: pg.Pool): Claims {
  const claim = readsByKey<ClaimKey, Row<'claim'>>(pool, CLAIMS);
  return {
    find: (key, now) =>
      claim(key).map(([row]) => {
        const found = row && claimFromRow(row);
        return found === undefined || isLapsed(found, now) ? undefined : found;
      }),
    due: (now, limit) =>
      findAll(
        pool,
        {
          name: 'due_claims',
          text: 'SELECT merchant_id, operation, key FROM claim WHERE due_at <= $1 ORDER BY due_at LIMIT $2',
          values: [new Date(now), limit],
        },
        claimKeyFromRow,
      ),
  };
}

const claimKeyFromRow = ({
  merchant_id,
  operation,
  key,
}: Pick<Row<'claim'>, 'merchant_id' | 'operation' | 'key'>): ClaimKey => ({
  merchantId: merchant_id as MerchantId,
  operation: operation as Operation,
  key,
});

const CLAIMS: ManyKeys<ClaimKey> = {
  name: 'find_claims',
  text: `SELECT wanted.position, claim.* FROM unnest($1::text[], $2::text[], $3::text[])
      WITH ORDINALITY AS wanted(merchant_id, operation, key, position)
    CROSS JOIN LATERAL (
      SELECT * FROM claim c
      WHERE c.merchant_id = wanted.merchant_id AND c.operation = wanted.operation AND c.key = wanted.key LIMIT 1
    ) AS claim`,
  columnsOf: (keys) => [
    keys.map(({ merchantId }) => merchantId),
    keys.map(({ operation }) => operation),
    keys.map(({ key }) => key),
  ],
};
