import type pg from 'pg';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import { coalesce } from '../shared/coalesce.ts';
import { attempt, retried, withRetry } from './faults.ts';
import { aggregateFromRow } from './ledger-rows.ts';
import type { Row } from './schema.ts';

type Wanted = Readonly<{ merchantId: MerchantId; kind: AggregateKind; id: string }>;
type Found = Pick<Row<'aggregate'>, 'record' | 'audit_hash'>;

/** Each read is one statement; point reads that arrive together share one. */
export function postgresAggregates(pool: pg.Pool): Aggregates {
  const aggregate = coalesce<Wanted, Found | undefined>({
    run: (wanted) => retried(() => findAggregates(pool, wanted)),
    most: 256,
    lanes: 2,
  });
  return {
    find: (merchantId, kind, id) =>
      attempt(() => aggregate({ merchantId, kind, id })).map((row) => row && aggregateFromRow(kind, row)),
    findByKey: (merchantId, kind, key) =>
      withRetry(() =>
        pool.query<Found>({
          name: 'find_aggregate_by_key',
          text: `SELECT a.record::text, a.audit_hash FROM unique_key u
            JOIN aggregate a ON a.owner = u.merchant_id AND a.kind = u.kind AND a.id = u.id
            WHERE u.merchant_id = $1 AND u.kind = $2 AND u.key = $3`,
          values: [merchantId, kind, key],
        }),
      ).map(({ rows: [row] }) => row && aggregateFromRow(kind, row)),
    list: (merchantId, kind, { limit, after = '' }) =>
      withRetry(() =>
        pool.query<Found>({
          name: 'list_aggregates',
          text: `SELECT record::text, audit_hash FROM aggregate
            WHERE owner = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4`,
          values: [merchantId, kind, after, limit],
        }),
      ).map(({ rows }) => rows.map((row) => aggregateFromRow(kind, row))),
  };
}

async function findAggregates(
  pool: pg.Pool,
  wanted: readonly Wanted[],
): Promise<readonly (Found | undefined)[]> {
  const { rows } = await pool.query<Found & { position: bigint }>({
    name: 'find_aggregates',
    text: `SELECT wanted.position, aggregate.* FROM unnest($1::text[], $2::text[], $3::text[])
        WITH ORDINALITY AS wanted(owner, kind, id, position)
      CROSS JOIN LATERAL (
        SELECT a.record::text, a.audit_hash FROM aggregate a
        WHERE a.owner = wanted.owner AND a.kind = wanted.kind AND a.id = wanted.id LIMIT 1
      ) AS aggregate`,
    values: [
      wanted.map(({ merchantId }) => merchantId),
      wanted.map(({ kind }) => kind),
      wanted.map(({ id }) => id),
    ],
  });
  const found = new Map(rows.map((row) => [Number(row.position), row]));
  return wanted.map((_, index) => found.get(index + 1));
}
