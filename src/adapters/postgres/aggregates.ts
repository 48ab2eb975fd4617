import type pg from 'pg';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import { aggregateFromRow } from './ledger-rows.ts';
import { findAll, findOne, type ManyKeys, readsByKey } from './reads.ts';
import type { Row } from './schema.ts';

type Wanted = Readonly<{ merchantId: MerchantId; kind: AggregateKind; id: string }>;
type Found = Pick<Row<'aggregate'>, 'record' | 'audit_hash'>;

/** Each read is one statement. */
export function postgresAggregates(pool: pg.Pool): Aggregates {
  const aggregate = readsByKey<Wanted, Found>(pool, AGGREGATES);
  return {
    find: (merchantId, kind, id) =>
      aggregate({ merchantId, kind, id }).map(([row]) => row && aggregateFromRow(kind, row)),
    findByKey: (merchantId, kind, key) =>
      findOne(
        pool,
        {
          name: 'find_aggregate_by_key',
          text: `SELECT a.record::text, a.audit_hash FROM unique_key u
            JOIN aggregate a ON a.owner = u.merchant_id AND a.kind = u.kind AND a.id = u.id
            WHERE u.merchant_id = $1 AND u.kind = $2 AND u.key = $3`,
          values: [merchantId, kind, key],
        },
        (row: Found) => aggregateFromRow(kind, row),
      ),
    list: (merchantId, kind, { limit, after = '', isOpen = false }) =>
      findAll(
        pool,
        {
          ...(isOpen ? (LISTS_OF_OPEN[kind] ?? LIST) : LIST),
          values: [merchantId, kind, after, limit],
        },
        (row: Found) => aggregateFromRow(kind, row),
      ),
    newest: (merchantId, kind, { limit, before = BEHIND_ALL, from = '', isOpen }) =>
      findAll(
        pool,
        {
          ...(isOpen === undefined
            ? NEWEST
            : (NEWEST_BY_STATE[kind]?.[isOpen ? 'open' : 'closed'] ?? NEWEST)),
          values: [merchantId, kind, before, limit, from],
        },
        (row: Found) => aggregateFromRow(kind, row),
      ),
  };
}

/** No id begins with it, and all come before. */
const BEHIND_ALL = '~';

const NEWEST = {
  name: 'list_newest_aggregates',
  text: `SELECT record::text, audit_hash FROM aggregate
    WHERE owner = $1 AND kind = $2 AND id < $3 AND id >= $5 ORDER BY id DESC LIMIT $4`,
};

const newestExceptions = (name: string, statuses: string) => ({
  name,
  text: `SELECT record::text, audit_hash FROM aggregate
    WHERE owner = $1 AND kind = $2 AND kind = 'exception' AND record ->> 'status' IN (${statuses})
      AND id < $3 AND id >= $5 ORDER BY id DESC LIMIT $4`,
});

/** In the words of the partial indexes, as below. */
const NEWEST_BY_STATE: Readonly<Partial<Record<AggregateKind, Record<'open' | 'closed', typeof NEWEST>>>> = {
  exception: {
    open: newestExceptions('list_newest_open_exceptions', "'open', 'proposed'"),
    closed: newestExceptions('list_newest_closed_exceptions', "'resolved', 'ignored'"),
  },
};

const AGGREGATES: ManyKeys<Wanted> = {
  name: 'find_aggregates',
  text: `SELECT wanted.position, aggregate.* FROM unnest($1::text[], $2::text[], $3::text[])
      WITH ORDINALITY AS wanted(owner, kind, id, position)
    CROSS JOIN LATERAL (
      SELECT a.record::text, a.audit_hash FROM aggregate a
      WHERE a.owner = wanted.owner AND a.kind = wanted.kind AND a.id = wanted.id LIMIT 1
    ) AS aggregate`,
  columnsOf: (wanted) => [
    wanted.map(({ merchantId }) => merchantId),
    wanted.map(({ kind }) => kind),
    wanted.map(({ id }) => id),
  ],
};

const LIST = {
  name: 'list_aggregates',
  text: `SELECT record::text, audit_hash FROM aggregate
    WHERE owner = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4`,
};

/** In the words of the partial indexes, so that they are used whatever the parameters are. */
const LISTS_OF_OPEN: Readonly<Partial<Record<AggregateKind, typeof LIST>>> = {
  webhook_endpoint: {
    name: 'list_open_endpoints',
    text: `SELECT record::text, audit_hash FROM aggregate
      WHERE owner = $1 AND kind = $2 AND kind = 'webhook_endpoint' AND record ->> 'status' <> 'removed' AND id > $3
      ORDER BY id LIMIT $4`,
  },
  export_schedule: {
    name: 'list_open_export_schedules',
    text: `SELECT record::text, audit_hash FROM aggregate
      WHERE owner = $1 AND kind = $2 AND kind = 'export_schedule' AND record ->> 'status' <> 'removed' AND id > $3
      ORDER BY id LIMIT $4`,
  },
  job: {
    name: 'list_open_jobs',
    text: `SELECT record::text, audit_hash FROM aggregate
      WHERE owner = $1 AND kind = $2 AND kind = 'job' AND record ->> 'status' IN ('waiting', 'running') AND id > $3
      ORDER BY id LIMIT $4`,
  },
  exception: {
    name: 'list_open_exceptions',
    text: `SELECT record::text, audit_hash FROM aggregate
      WHERE owner = $1 AND kind = $2 AND kind = 'exception' AND record ->> 'status' IN ('open', 'proposed') AND id > $3
      ORDER BY id LIMIT $4`,
  },
};
