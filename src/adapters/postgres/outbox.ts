import type pg from 'pg';
import type { Instant } from '../../domain/instant.ts';
import { OUTBOX_SHARDS, type Outbox, type OutboxEvent, outboxShardOf } from '../../ports/outbox.ts';
import { patiently } from './faults.ts';
import { eventFromRow, outboxEventFromRow, uuidOf } from './rows.ts';
import type { Row } from './schema.ts';

const EVERY_SHARD = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

/** `data` as text: parsed by `pg` it would lose digits. */
const EVENT_COLUMNS = 'id, type, merchant_id, payment_id, created_at, data::text AS data';

const RETRY = `UPDATE outbox SET tries = $3, error = $4, retry_at = $5 WHERE shard = $1 AND id = $2`;

const PARK = `
  WITH gone AS (
    DELETE FROM outbox WHERE shard = $1 AND id = $2
    RETURNING id, type, merchant_id, payment_id, created_at, data)
  INSERT INTO outbox_parked SELECT gone.*, $3::integer, $4 FROM gone`;

const UNPARK = `
  WITH gone AS (
    DELETE FROM outbox_parked WHERE id = $1
    RETURNING id, type, merchant_id, payment_id, created_at, data)
  INSERT INTO outbox (id, type, merchant_id, payment_id, created_at, data) SELECT * FROM gone`;

const BACKLOG = `
  SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT 10000) AS o) AS unsent,
    (SELECT count(*) FROM (SELECT FROM outbox_parked LIMIT 10000) AS p) AS parked,
    (SELECT created_at FROM next_events($1, 'infinity', 1) ORDER BY id LIMIT 1) AS oldest_at`;

type BacklogRow = Readonly<{ unsent: bigint; parked: bigint; oldest_at: Instant | null }>;

/** The table holds unsent events only, each shard's in a range of its key. Parked ones are in a table of their own. */
export const postgresOutbox = (pool: pg.Pool): Outbox => ({
  unsent: (limit) =>
    patiently(() =>
      pool.query<Row<'outbox'>>({
        name: 'unsent_events',
        text: `SELECT ${EVENT_COLUMNS} FROM next_events($1, 'infinity', $2) ORDER BY id LIMIT $2`,
        values: [EVERY_SHARD, limit],
      }),
    ).map(({ rows }) => rows.map(eventFromRow)),

  next: (shards, now, limit) =>
    patiently(() =>
      pool.query<Row<'outbox'>>({
        name: 'next_events',
        text: `SELECT ${EVENT_COLUMNS}, tries, retry_at, error FROM next_events($1, $2, $3) ORDER BY id`,
        values: [shards, new Date(now), limit],
      }),
    ).map(({ rows }) => rows.map(outboxEventFromRow)),

  sent(events) {
    // Two that remove the same events must lock them in the same order.
    const sorted = events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return patiently(() =>
      pool.query({
        name: 'remove_events',
        text: 'SELECT remove_events($1, $2)',
        values: [sorted.map(outboxShardOf), sorted.map(({ id }) => uuidOf(id))],
      }),
    ).map(() => undefined);
  },

  failed: (event, error, next) => patiently(() => noteFailure(pool, event, error, next)).map(() => undefined),

  parked: (limit) =>
    patiently(() =>
      pool.query<Row<'outbox_parked'>>({
        name: 'parked_events',
        text: `SELECT ${EVENT_COLUMNS}, tries, NULL AS retry_at, error FROM outbox_parked ORDER BY id LIMIT $1`,
        values: [limit],
      }),
    ).map(({ rows }) => rows.map(outboxEventFromRow)),

  unpark: (id) =>
    patiently(() => pool.query({ name: 'unpark_event', text: UNPARK, values: [uuidOf(id)] })).map(
      ({ rowCount }) => rowCount === 1,
    ),

  backlog: () =>
    patiently(() =>
      pool.query<BacklogRow>({ name: 'outbox_backlog', text: BACKLOG, values: [EVERY_SHARD] }),
    ).map(({ rows: [row] }) => {
      if (row === undefined) throw new Error('a count has no row');
      const { unsent, parked, oldest_at } = row;
      return {
        unsent: Number(unsent),
        parked: Number(parked),
        ...(oldest_at === null ? {} : { oldestAt: oldest_at }),
      };
    }),
});

function noteFailure(pool: pg.Pool, event: OutboxEvent, error: string, next: Instant | 'parked') {
  const values = [outboxShardOf(event), uuidOf(event.id), event.tries + 1, error];
  return next === 'parked'
    ? pool.query({ name: 'park_event', text: PARK, values })
    : pool.query({ name: 'retry_event', text: RETRY, values: [...values, new Date(next)] });
}
