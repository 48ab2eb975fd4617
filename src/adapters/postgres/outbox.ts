import type pg from 'pg';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import {
  OUTBOX_SHARDS,
  type Outbox,
  type OutboxEvent,
  type Outgoing,
  outboxShardOf,
} from '../../ports/outbox.ts';
import { sealOfFailure } from '../shared/row-seal.ts';
import { withRetry } from './faults.ts';
import { eventFromRow, uuidOf } from './rows.ts';
import type { Row } from './schema.ts';

/** Where one service's events are, and what is in their rows. */
export type OutboxTable<Event extends Outgoing, EventRow> = Readonly<{
  /** Before the names of tables and functions: nothing, or a schema with its dot. */
  schema: string;
  /** The columns that hold the event itself. */
  columns: readonly string[];
  /** Those beside them that move with it. */
  besides: readonly string[];
  fromRow(row: EventRow): Event;
}>;

const PLATFORM: OutboxTable<DomainEvent, Row<'outbox'>> = {
  schema: '',
  columns: ['id', 'type', 'merchant_id', 'payment_id', 'created_at', 'data'],
  besides: ['seal'],
  fromRow: eventFromRow,
};

/** How telling an event went so far. */
type Telling = Pick<Row<'outbox'>, 'tries' | 'retry_at' | 'error'>;
type BacklogRow = Readonly<{ unsent: bigint; parked: bigint; oldest_at: Instant | null }>;

const EVERY_SHARD = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

export const postgresOutbox = (pool: pg.Pool): Outbox => outboxIn(pool, PLATFORM);

/** The table holds unsent events only, each shard's in a range of its key. Parked ones are in a table of their own. */
export function outboxIn<Event extends Outgoing, EventRow>(
  pool: pg.Pool,
  { schema, columns, besides, fromRow }: OutboxTable<Event, EventRow>,
): Outbox<Event> {
  const texts = textsFor(schema, columns, besides);
  const ask = <Found extends pg.QueryResultRow>(name: keyof typeof texts, values: unknown[]) =>
    withRetry(() => pool.query<Found>({ name: `${schema}${name}`, text: texts[name], values }));
  const outboxEventFromRow = (row: EventRow & Telling): OutboxEvent<Event> => ({
    ...fromRow(row),
    tries: row.tries,
    ...(row.retry_at === null ? {} : { retryAt: row.retry_at }),
    ...(row.error === null ? {} : { error: row.error }),
  });
  return {
    unsent: (limit) =>
      ask<EventRow & pg.QueryResultRow>('unsent_events', [EVERY_SHARD, limit]).map(({ rows }) =>
        rows.map(fromRow),
      ),

    next: (shards, now, limit) =>
      ask<EventRow & Telling>('next_events', [shards, new Date(now), limit]).map(({ rows }) =>
        rows.map(outboxEventFromRow),
      ),

    sent(events) {
      // Two that remove the same events must lock them in the same order.
      const sorted = events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const ids = sorted.map(({ id }) => uuidOf(id));
      return ask('remove_events', [sorted.map(outboxShardOf), ids]).map(() => undefined);
    },

    failed(event, error, next) {
      const tries = event.tries + 1;
      const failure = { id: event.id, tries, error, ...(next === 'parked' ? {} : { retryAt: next }) };
      const values = [outboxShardOf(event), uuidOf(event.id), tries, error, sealOfFailure(failure)];
      const noted =
        next === 'parked' ? ask('park_event', values) : ask('retry_event', [...values, new Date(next)]);
      return noted.map(() => undefined);
    },

    parked: (limit) =>
      ask<EventRow & Telling>('parked_events', [limit]).map(({ rows }) => rows.map(outboxEventFromRow)),

    unpark: (id) => ask('unpark_event', [uuidOf(id)]).map(({ rowCount }) => rowCount === 1),

    backlog: () => ask<BacklogRow>('outbox_backlog', [EVERY_SHARD]).map(backlogFromRows),
  };
}

function backlogFromRows({ rows: [row] }: Readonly<{ rows: readonly BacklogRow[] }>) {
  if (row === undefined) throw new Error('a count has no row');
  const { unsent, parked, oldest_at } = row;
  return {
    unsent: Number(unsent),
    parked: Number(parked),
    ...(oldest_at === null ? {} : { oldestAt: oldest_at }),
  };
}

/** Every statement, under the name it is prepared by. */
function textsFor(schema: string, columns: readonly string[], besides: readonly string[]) {
  const stored = [...columns, ...besides].join(', ');
  // As text: parsed by `pg`, `data` would lose digits.
  const read = columns.map((name) => (name === 'data' ? 'data::text AS data' : name)).join(', ');
  const nextEvents = `${schema}next_events`;
  return {
    unsent_events: `SELECT ${read} FROM ${nextEvents}($1, 'infinity', $2) ORDER BY id LIMIT $2`,
    next_events: `SELECT ${read}, tries, retry_at, error FROM ${nextEvents}($1, $2, $3) ORDER BY id`,
    remove_events: `SELECT ${schema}remove_events($1, $2)`,
    retry_event: `
      UPDATE ${schema}outbox SET tries = $3, error = $4, failure_seal = decode($5, 'hex'), retry_at = $6
      WHERE shard = $1 AND id = $2`,
    park_event: `
      WITH gone AS (DELETE FROM ${schema}outbox WHERE shard = $1 AND id = $2 RETURNING ${stored})
      INSERT INTO ${schema}outbox_parked (${stored}, tries, error, failure_seal)
      SELECT gone.*, $3::integer, $4, decode($5, 'hex') FROM gone`,
    parked_events: `
      SELECT ${read}, tries, NULL AS retry_at, error FROM ${schema}outbox_parked ORDER BY id LIMIT $1`,
    unpark_event: `
      WITH gone AS (DELETE FROM ${schema}outbox_parked WHERE id = $1 RETURNING ${stored})
      INSERT INTO ${schema}outbox (${stored}) SELECT * FROM gone`,
    outbox_backlog: `
      SELECT (SELECT count(*) FROM (SELECT FROM ${schema}outbox LIMIT 10000) AS o) AS unsent,
        (SELECT count(*) FROM (SELECT FROM ${schema}outbox_parked LIMIT 10000) AS p) AS parked,
        (SELECT created_at FROM ${nextEvents}($1, 'infinity', 1) ORDER BY id LIMIT 1) AS oldest_at`,
  };
}
