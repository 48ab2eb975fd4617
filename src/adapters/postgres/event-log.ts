import type pg from 'pg';
import { type DomainEvent, entityOf } from '../../domain/kernel/events.ts';
import { firstIdAt, lastIdAt } from '../../domain/kernel/ids.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import type { EventLog } from '../../ports/event-log.ts';
import { attempt, retried, withRetry } from './faults.ts';
import { eventFromRow, eventToRow, uuidOf } from './rows.ts';
import type { Row } from './schema.ts';

const ADD = `
  INSERT INTO event_log (merchant_id, id, type, entity_id, payment_id, created_at, data, seal)
  SELECT merchant_id, id, type, entity_id, payment_id, created_at, data, decode(seal, 'hex')
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::json[], $8::text[])
    AS e(merchant_id, id, type, entity_id, payment_id, created_at, data, seal)
  ON CONFLICT DO NOTHING`;

const COLUMNS = 'id, type, merchant_id, payment_id, created_at, data::text AS data';

/** One range of the primary key, or of the index by entity. */
const listText = (isOfEntity: boolean): string => `
  SELECT ${COLUMNS} FROM event_log
  WHERE merchant_id = $1 AND id >= $2 AND id <= $3 AND id < $4 AND ($5::text[] IS NULL OR type = ANY ($5))
    ${isOfEntity ? 'AND entity_id = $7' : ''}
  ORDER BY id DESC LIMIT $6`;

/** The same range the other way. */
const FOLLOWING = `
  SELECT ${COLUMNS} FROM event_log
  WHERE merchant_id = $1 AND id >= $2 AND id < $3
  ORDER BY id LIMIT $4`;

/** What one statement writes. */
const MOST_ROWS = 500;
const OLDEST_ID = '0'.repeat(32);
const NEWEST_ID = 'f'.repeat(32);

/** The statements are not named: what plan is good depends on how full the table is and how many types are asked for. */
export const postgresEventLog = (pool: pg.Pool): EventLog => ({
  addAll: (events) =>
    attempt(async () => {
      // Two that add the same must lock them in the same order.
      const sorted = events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      for (let from = 0; from < sorted.length; from += MOST_ROWS)
        await retried(() =>
          pool.query({ text: ADD, values: columnsOf(sorted.slice(from, from + MOST_ROWS)) }),
        );
    }),
  list: (merchantId, { types, entityId, from, to }, { limit, before }) =>
    withRetry(() =>
      pool.query<Row<'outbox'>>({
        text: listText(entityId !== undefined),
        values: [
          merchantId,
          from === undefined ? OLDEST_ID : uuidOf(firstIdAt('evt', from)),
          to === undefined ? NEWEST_ID : uuidOf(lastIdAt('evt', to)),
          before === undefined ? NEWEST_ID : uuidOf(before),
          types,
          limit,
          ...(entityId === undefined ? [] : [entityId]),
        ],
      }),
    ).map(({ rows }) => rows.map(eventFromRow)),
  following: (merchantId, { from, before }, limit) =>
    withRetry(() =>
      pool.query<Row<'outbox'>>({
        text: FOLLOWING,
        values: [merchantId, uuidOf(from), uuidOf(before), limit],
      }),
    ).map(({ rows }) => rows.map(eventFromRow)),
});

const columnsOf = (events: readonly DomainEvent[]) => [
  events.map(({ merchantId }) => merchantId),
  events.map(({ id }) => uuidOf(id)),
  events.map(({ type }) => type),
  events.map((event) => entityOf(event) ?? null),
  events.map(({ paymentId }) => (paymentId === undefined ? null : uuidOf(paymentId))),
  events.map(({ created }) => new Date(created)),
  events.map(({ data }) => jsonText(data)),
  events.map((event) => eventToRow(event).seal),
];
