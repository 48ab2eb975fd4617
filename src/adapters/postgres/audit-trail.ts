import type pg from 'pg';
import type { AuditTrail } from '../../ports/audit-trail.ts';
import { patiently } from './faults.ts';
import { auditFromRow, uuidOf } from './rows.ts';
import type { Row } from './schema.ts';

export const postgresAuditTrail = (pool: pg.Pool): AuditTrail => ({
  ofPayment: (merchantId, id) =>
    patiently(() =>
      pool.query<Row<'audit_entry'>>({
        name: 'audit_of_payment',
        text: `SELECT entity_id, sequence, id, entity_type, merchant_id, action, actor_id, actor_type, ip_address,
            user_agent, before::text, after::text, metadata::text, created_at, previous_hash, hash
          FROM audit_entry
          WHERE merchant_id = $1
            AND entity_id = ANY (ARRAY(SELECT $2::uuid UNION ALL SELECT t.id FROM transaction t WHERE t.payment_id = $2))
          ORDER BY entity_type, entity_id, sequence`,
        values: [merchantId, uuidOf(id)],
      }),
    ).map(({ rows }) => rows.map(auditFromRow)),
});
