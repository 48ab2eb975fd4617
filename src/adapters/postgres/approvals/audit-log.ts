import type pg from 'pg';
import type { AuditLog } from '../../../ports/approvals/audit-log.ts';
import { withRetry } from '../faults.ts';
import { entryFromRow } from './rows.ts';
import type { ApprovalsRow } from './schema.ts';

export const postgresAuditLog = (pool: pg.Pool): AuditLog => ({
  of: (id) =>
    withRetry(() =>
      pool.query<ApprovalsRow<'payment_audit_log'>>({
        name: 'approvals.audit_log',
        text: `SELECT payment_id, sequence, id, action, actor_id, actor_type, actor_roles, ip_address, user_agent,
            request_id, before::text AS before, after::text AS after, created_at, previous_hash, hash
          FROM approvals.payment_audit_log WHERE payment_id = $1 ORDER BY sequence`,
        values: [id],
      }),
    ).map(({ rows }) => rows.map(entryFromRow)),
});
