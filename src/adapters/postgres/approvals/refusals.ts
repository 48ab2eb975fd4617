import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import { NO_REFUSALS, type RefusalHead } from '../../../domain/approvals/refusal.ts';
import { type Json, jsonText } from '../../../domain/kernel/json.ts';
import type { Refusals } from '../../../ports/approvals/refusals.ts';
import { withRetry } from '../faults.ts';
import { findAll, findOne } from '../reads.ts';
import { refusalFromRow, refusalToRow } from './rows.ts';

/** One statement each, which is a transaction of its own. */
export const postgresRefusals = (pool: pg.Pool): Refusals => ({
  countAgain: (id, key) =>
    withRetry(() =>
      pool.query({
        name: 'approvals.count_refusal',
        text: `WITH counted AS (
            UPDATE approvals.payment_refusal_count SET attempts = attempts + 1
            WHERE payment_id = $1 AND refusal_key = $2 RETURNING 1
          )
          UPDATE approvals.payment_refusal_head SET attempts = attempts + 1
          WHERE payment_id = $1 AND EXISTS (SELECT FROM counted)`,
        values: [id, key],
      }),
    ).map(({ rowCount }) => rowCount === 1),

  head: (id) =>
    findOne(
      pool,
      {
        name: 'approvals.refusal_head',
        text: 'SELECT sequence, hash, attempts FROM approvals.payment_refusal_head WHERE payment_id = $1',
        values: [id],
      },
      ({ sequence, hash, attempts }: HeadRow): RefusalHead => ({
        version: sequence,
        auditHash: hash,
        attempts: Number(attempts),
      }),
    ).map((head) => head ?? NO_REFUSALS),

  append: (refusal) =>
    withRetry(() =>
      pool.query<Readonly<{ added: boolean }>>({
        name: 'approvals.append_refusal',
        text: 'SELECT approvals.append_refusal($1) AS added',
        values: [jsonText(refusalToRow(refusal) as unknown as Json)],
      }),
    ).andThen(({ rows: [row] }) =>
      row?.added === true
        ? okAsync(undefined)
        : errAsync({ kind: 'StaleVersion' as const, id: refusal.paymentId }),
    ),

  of: (id) =>
    findAll(
      pool,
      {
        name: 'approvals.refusals',
        text: `SELECT payment_id, sequence, id, action, actor_id, actor_type, actor_roles, ip_address, user_agent,
            request_id, NULL AS before, after::text AS after, created_at, previous_hash, hash, NULL AS written,
            coalesce(attempts, 1) AS attempts
          FROM approvals.payment_refusal LEFT JOIN approvals.payment_refusal_count USING (payment_id, refusal_key)
          WHERE payment_id = $1 ORDER BY sequence`,
        values: [id],
      },
      refusalFromRow,
    ),
});

type HeadRow = Readonly<{ sequence: number; hash: string; attempts: bigint }>;
