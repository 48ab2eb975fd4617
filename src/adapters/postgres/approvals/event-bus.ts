import type pg from 'pg';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import type { ReadableEventBus } from '../../../ports/approvals/event-bus.ts';
import { withRetry } from '../faults.ts';
import { findAll } from '../reads.ts';
import { uuidOf } from '../rows.ts';
import { eventFromRow } from './rows.ts';

/** Stands in for a bus where there is none. */
export const postgresEventBus = (pool: pg.Pool): ReadableEventBus => ({
  publish(events) {
    const rows = events.map(({ id, type, paymentId, created, data }) => ({
      id: uuidOf(id),
      type,
      payment_id: paymentId,
      created_at: rfc3339(created),
      data,
    }));
    return withRetry(() => pool.query({ text: PUBLISH, values: [jsonText(rows)] }))
      .map(() => [])
      .mapErr(({ cause }) => ({ kind: 'SinkUnavailable', cause }));
  },
  newest: (limit) => findAll(pool, { text: NEWEST, values: [limit] }, eventFromRow),
});

const PUBLISH = `
  INSERT INTO approvals.bus_event
  SELECT * FROM json_populate_recordset(NULL::approvals.bus_event, $1) AS e ORDER BY e.id ON CONFLICT DO NOTHING`;

const NEWEST = `
  SELECT id, type, payment_id, created_at, data::text AS data FROM approvals.bus_event ORDER BY id DESC LIMIT $1`;
