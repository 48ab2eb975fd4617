import type pg from 'pg';
import type { AuditLog } from '../../../ports/approvals/audit-log.ts';
import { findAll } from '../reads.ts';
import { entryFromRow } from './rows.ts';

export const postgresAuditLog = (pool: pg.Pool): AuditLog => ({
  of: (id) =>
    findAll(
      pool,
      {
        name: 'approvals.audit_log',
        text: `SELECT payment_id, sequence, id, action, actor_id, actor_type, actor_roles, ip_address, user_agent,
            request_id, before::text AS before, after::text AS after, written::text AS written, created_at, previous_hash, hash
          FROM approvals.payment_audit_log WHERE payment_id = $1 ORDER BY sequence`,
        values: [id],
      },
      entryFromRow,
    ),
});
