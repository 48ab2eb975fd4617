import type pg from 'pg';
import type { SentEvent } from '../../../domain/approvals/sent-event.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import type { SentEvents } from '../../../ports/approvals/sent-events.ts';
import { withRetry } from '../faults.ts';
import { uuidOf } from '../rows.ts';

const ADD = `
  INSERT INTO approvals.sent_event SELECT * FROM json_populate_recordset(NULL::approvals.sent_event, $1)
  ON CONFLICT DO NOTHING`;

/** One statement for all of a relay's round. */
export const postgresSentEvents = (pool: pg.Pool): SentEvents => ({
  addAll(events) {
    // Two that add the same must lock them in the same order.
    const rows = events.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(sentEventToRow);
    return withRetry(() => pool.query({ text: ADD, values: [jsonText(rows)] })).map(() => undefined);
  },
});

export const sentEventToRow = ({ paymentId, id, created, hash }: SentEvent) => ({
  payment_id: paymentId,
  id: uuidOf(id),
  created_at: rfc3339(created),
  hash,
});
