import type pg from 'pg';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import { patiently } from './faults.ts';
import { auditFromRow, uuidOf } from './rows.ts';
import type { Row } from './schema.ts';

const COLUMNS = `entity_id, entity_type, sequence, id, merchant_id, action, actor_id, actor_type, ip_address, user_agent,
  before::text, after::text, metadata::text, created_at, previous_hash, hash`;

/** A chain is one range of the primary key. */
export const postgresAuditTrail = (pool: pg.Pool): AuditTrail => ({
  ofPayment: (merchantId, id) =>
    patiently(() =>
      pool.query<Row<'audit_entry'>>({
        name: 'audit_of_payment',
        text: `SELECT ${COLUMNS} FROM audit_entry
          WHERE merchant_id = $1 AND entity_type IN ('payment', 'transaction') AND entity_id = ANY (ARRAY(
            SELECT $2 UNION ALL
            SELECT 'txn_' || replace(t.id::text, '-', '') FROM transaction t WHERE t.payment_id = $3))
          ORDER BY entity_type, entity_id, sequence`,
        values: [merchantId, id, uuidOf(id)],
      }),
    ).map(({ rows }) => rows.map(auditFromRow)),
  ofAggregate: (merchantId, kind, id) =>
    patiently(() =>
      pool.query<Row<'audit_entry'>>({
        name: 'audit_of_aggregate',
        text: `SELECT ${COLUMNS} FROM audit_entry
          WHERE entity_id = $3 AND entity_type = $2 AND merchant_id = $1 ORDER BY sequence`,
        values: [merchantId, kind, id],
      }),
    ).map(({ rows }) => rows.map(auditFromRow)),
});
