import type pg from 'pg';
import { EVENTS_KEPT_MS } from '../../domain/kernel/events.ts';
import { DELIVERIES_KEPT_MS } from '../../domain/webhooks/delivery.ts';
import { FAILED_AUTHENTICATIONS_KEPT_MS } from '../../ports/failed-authentications.ts';
import { LEASES_KEPT_MS } from '../../ports/leases.ts';
import { quotaEndsAt } from '../../ports/quotas.ts';
import type { Retained, Retention } from '../../ports/retention.ts';
import { withRetry } from './faults.ts';
import { claimFromRow, claimToRow } from './rows.ts';
import type { Row } from './schema.ts';

/** The rows of a kind: those of `table` with `where`, kept until `keptMs` after `since`, by which an index finds them. */
type Kept = Readonly<{ table: string; since: string; keptMs: number; where?: string }>;

const RESPONSES: Kept = {
  table: 'claim',
  since: 'answer_expires_at',
  keptMs: 0,
  where: "state = 'completed' AND answer_expires_at IS NOT NULL",
};

const window = (kind: 'minute' | 'day'): Kept => ({
  table: 'quota',
  since: 'start',
  keptMs: quotaEndsAt({ kind, start: 0 }),
  where: `kind = '${kind}'`,
});

/** Of a service whose tables are in the schema named with its dot, or in the current one. */
export const leases = (schema: string): Kept => ({
  table: `${schema}lease`,
  since: 'until',
  keptMs: LEASES_KEPT_MS,
});

const PLATFORM: Readonly<Partial<Record<Retained, Kept>>> = {
  response: RESPONSES,
  claim_trace: { table: 'claim_trace', since: 'expires_at', keptMs: 0 },
  delivery: {
    table: 'webhook_delivery',
    since: 'updated_at',
    keptMs: DELIVERIES_KEPT_MS,
    where: "status <> 'pending'",
  },
  event: { table: 'event_log', since: 'created_at', keptMs: EVENTS_KEPT_MS },
  failed_authentication: {
    table: 'failed_authentication',
    since: 'minute',
    keptMs: FAILED_AUTHENTICATIONS_KEPT_MS,
  },
  minute_window: window('minute'),
  day_window: window('day'),
  lease: leases(''),
};

/** In the platform's tables. */
export const postgresRetention = (pool: pg.Pool): Retention => retentionOf(pool, PLATFORM);

/** Of the kinds that are named. The statements are not named: what plan is good depends on how full the tables are. */
export const retentionOf = (pool: pg.Pool, kept: Readonly<Partial<Record<Retained, Kept>>>): Retention => ({
  kinds: Object.keys(kept) as Retained[],
  prune: (kind, now, limit) =>
    withRetry(async () => {
      const found = kept[kind];
      if (found === undefined) return 0;
      const until = new Date(now - found.keptMs);
      if (found === RESPONSES) return pruneResponses(pool, until, limit);
      const { rowCount } = await pool.query({ text: pruneText(found), values: [until, limit] });
      return rowCount ?? 0;
    }),
  oldestEnds: (kind) =>
    withRetry(async () => {
      const found = kept[kind];
      if (found === undefined) return undefined;
      const { rows } = await pool.query<{ since: number }>(oldestText(found));
      return rows[0] && rows[0].since + found.keptMs;
    }),
});

/**
 * Rows are found by their place. That they are over is asked twice, for a row that another statement moves on meanwhile, as a
 * replay does a delivery, is only asked the second time.
 */
const pruneText = (kept: Kept): string =>
  `DELETE FROM ${kept.table} WHERE ctid = ANY (ARRAY(${overText(kept, 'ctid')})) AND ${isOver(kept)}`;

const overText = (kept: Kept, columns: string): string =>
  `SELECT ${columns} FROM ${kept.table} WHERE ${isOver(kept)} ORDER BY ${kept.since} LIMIT $2`;

const isOver = ({ since, where = 'true' }: Kept): string => `${where} AND ${since} <= $1`;

const oldestText = ({ table, since, where = 'true' }: Kept): string =>
  `SELECT ${since} AS since FROM ${table} WHERE ${where} ORDER BY ${since} LIMIT 1`;

/**
 * A claim that has an effect is kept for good, without its response and under a seal that says so; another goes with it.
 * Completed claims are written only where they are over, so that what was read still stands when `change_id` does.
 */
async function pruneResponses(pool: pg.Pool, until: Date, limit: number): Promise<number> {
  const text = overText(RESPONSES, '*');
  const { rows } = await pool.query<Row<'claim'>>({ text, values: [until, limit] });
  const seals = rows.map(
    (row) => claimToRow(claimFromRow({ ...row, answer: null, answer_expires_at: null })).seal,
  );
  const columns = (['merchant_id', 'operation', 'key', 'change_id'] as const).map((name) =>
    rows.map((row) => row[name]),
  );
  const { rowCount } = await pool.query({ text: PRUNE_RESPONSES, values: [...columns, seals] });
  return rowCount ?? 0;
}

const PRUNE_RESPONSES = `
  WITH over AS MATERIALIZED (
    SELECT c.ctid AS place, c.payment_id IS NOT NULL OR c.transfer_id IS NOT NULL AS has_effect, o.seal
    FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[])
      AS o(merchant_id, operation, key, change_id, seal)
    JOIN claim AS c ON c.merchant_id = o.merchant_id AND c.operation = o.operation AND c.key = o.key
      AND c.change_id = o.change_id AND c.answer_expires_at IS NOT NULL
    FOR UPDATE OF c SKIP LOCKED
  ), emptied AS (
    UPDATE claim AS c SET answer = NULL, answer_expires_at = NULL, seal = decode(over.seal, 'hex')
    FROM over WHERE c.ctid = over.place AND over.has_effect RETURNING 1
  ), deleted AS (
    DELETE FROM claim WHERE ctid = ANY (ARRAY(SELECT place FROM over WHERE NOT has_effect)) RETURNING 1
  )
  SELECT FROM emptied UNION ALL SELECT FROM deleted`;
