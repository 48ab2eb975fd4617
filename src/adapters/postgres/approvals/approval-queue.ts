import type pg from 'pg';
import type { ApprovalMessage } from '../../../domain/approvals/approval-message.ts';
import { idOf } from '../../../domain/kernel/ids.ts';
import { jsonText, parseJson } from '../../../domain/kernel/json.ts';
import {
  type ApprovalQueue,
  HIDDEN_MS,
  MOST_MESSAGES_COUNTED,
  MOST_RECEIVES,
  type ReceivedApproval,
} from '../../../ports/approvals/approval-queue.ts';
import { heldBy, receiptOf } from '../../shared/receipt.ts';
import { withRetry } from '../faults.ts';
import { findAll } from '../reads.ts';
import { hexOf, uuidOf } from '../rows.ts';

/**
 * Stands in for a queue where there is none. Consumers that receive at the same time get different messages: each passes over
 * rows that another has locked.
 */
export const postgresApprovalQueue = (pool: pg.Pool): ApprovalQueue => ({
  send: (messages, now) =>
    withRetry(() =>
      pool.query({
        text: SEND,
        values: [
          messages.map(({ eventId }) => uuidOf(eventId)),
          messages.map(({ message }) => jsonText(message)),
          new Date(now),
        ],
      }),
    )
      .map(() => [])
      .mapErr(({ cause }) => ({ kind: 'SinkUnavailable', cause })),

  receive: (limit, now) =>
    findAll(
      pool,
      { text: RECEIVE, values: [new Date(now), limit, new Date(now + HIDDEN_MS)] },
      receivedFromRow,
    ),

  remove(receipts) {
    const held = heldBy(receipts);
    const values = [held.map(({ eventId }) => uuidOf(eventId)), held.map(({ receives }) => receives)];
    return withRetry(() => pool.query({ text: REMOVE, values })).map(() => undefined);
  },

  depth: (now) =>
    findAll(pool, { text: DEPTH, values: [new Date(now)] }, (row: DepthRow) => ({
      waiting: Number(row.counted - row.hidden - row.dead),
      hidden: Number(row.hidden),
      dead: Number(row.dead),
    })).map(([depth = { waiting: 0, hidden: 0, dead: 0 }]) => depth),

  deadLetters: (limit, now) =>
    findAll(pool, { text: DEAD_LETTERS, values: [new Date(now), limit] }, messageIn),

  redrive: (now) =>
    withRetry(() => pool.query({ text: REDRIVE, values: [new Date(now)] })).map(({ rowCount }) => ({
      moved: rowCount ?? 0,
    })),
});

type MessageRow = Readonly<{ message: string }>;
type ReceivedRow = MessageRow & Readonly<{ id: string; receives: number }>;
type DepthRow = Readonly<{ counted: bigint; hidden: bigint; dead: bigint }>;

const messageIn = ({ message }: MessageRow): ApprovalMessage =>
  parseJson(message) as unknown as ApprovalMessage;

const receivedFromRow = (row: ReceivedRow): ReceivedApproval => ({
  receipt: receiptOf({ eventId: idOf('evt', hexOf(row.id)), receives: row.receives }),
  receives: row.receives,
  message: messageIn(row),
});

const SEND = `
  INSERT INTO approvals.queue_message (id, message, visible_at)
  SELECT sent.id, sent.message::json, $3 FROM unnest($1::uuid[], $2::text[]) AS sent(id, message)
  ORDER BY sent.id ON CONFLICT DO NOTHING`;

const RECEIVE = `
  UPDATE approvals.queue_message AS m SET receives = m.receives + 1, visible_at = $3
  FROM (
    SELECT id FROM approvals.queue_message WHERE visible_at <= $1 AND receives < ${MOST_RECEIVES}
    ORDER BY visible_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
  ) AS waiting
  WHERE m.id = waiting.id RETURNING m.id, m.receives, m.message::text AS message`;

const REMOVE = `
  DELETE FROM approvals.queue_message AS m USING unnest($1::uuid[], $2::integer[]) AS held(id, receives)
  WHERE m.id = held.id AND m.receives = held.receives`;

const IS_DEAD = `visible_at <= $1 AND receives >= ${MOST_RECEIVES}`;

const DEPTH = `
  SELECT count(*) AS counted, count(*) FILTER (WHERE visible_at > $1) AS hidden,
    count(*) FILTER (WHERE ${IS_DEAD}) AS dead
  FROM (
    SELECT visible_at, receives FROM approvals.queue_message ORDER BY visible_at LIMIT ${MOST_MESSAGES_COUNTED}
  ) AS m`;

const DEAD_LETTERS = `
  SELECT message::text AS message FROM approvals.queue_message WHERE ${IS_DEAD} ORDER BY visible_at, id LIMIT $2`;

const REDRIVE = `UPDATE approvals.queue_message SET receives = 0, visible_at = $1 WHERE ${IS_DEAD}`;
