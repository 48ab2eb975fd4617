import type pg from 'pg';
import { type AuditEntryId, type MerchantId, timeDigits } from '../../domain/kernel/ids.ts';
import type { AuditFilter, AuditTrail } from '../../ports/audit-trail.ts';
import { findAll } from './reads.ts';
import { auditFromRow, uuidOf } from './rows.ts';

type AuditPage = Readonly<{ limit: number; before?: AuditEntryId }>;

/** What a link is made from; JSON as text. */
export const AUDIT_COLUMNS = `entity_id, entity_type, sequence, id, merchant_id, action, actor_id, actor_type, ip_address, user_agent,
  before::text, after::text, metadata::text, created_at, previous_hash, hash`;

/** A chain is one range of the primary key. */
export const postgresAuditTrail = (pool: pg.Pool): AuditTrail => ({
  ofPayment: (merchantId, id) =>
    findAll(
      pool,
      {
        name: 'audit_of_payment',
        text: `SELECT ${AUDIT_COLUMNS} FROM audit_entry
          WHERE merchant_id = $1 AND entity_type IN ('payment', 'transaction') AND entity_id = ANY (ARRAY(
            SELECT $2 UNION ALL
            SELECT 'txn_' || replace(t.id::text, '-', '') FROM transaction t WHERE t.payment_id = $3))
          ORDER BY entity_type, entity_id, sequence`,
        values: [merchantId, id, uuidOf(id)],
      },
      auditFromRow,
    ),
  ofAggregate: (merchantId, kind, id) =>
    findAll(
      pool,
      {
        name: 'audit_of_aggregate',
        text: `SELECT ${AUDIT_COLUMNS} FROM audit_entry
          WHERE entity_id = $3 AND entity_type = $2 AND merchant_id = $1 ORDER BY sequence`,
        values: [merchantId, kind, id],
      },
      auditFromRow,
    ),
  list: (merchantId, filter, page) => findAll(pool, listQuery(merchantId, filter, page), auditFromRow),
  tenants: () =>
    findAll(pool, { name: 'tenants', text: TENANTS }, ({ id }: Readonly<{ id: string }>) => id as MerchantId),
});

/** Steps through the trail's index from tenant to tenant, past all of their links. */
const TENANTS = `WITH RECURSIVE trail(id) AS (
    (SELECT merchant_id FROM audit_entry ORDER BY merchant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT merchant_id FROM audit_entry WHERE merchant_id > trail.id ORDER BY merchant_id LIMIT 1)
    FROM trail WHERE trail.id IS NOT NULL
  )
  SELECT id FROM trail WHERE id IS NOT NULL UNION SELECT id FROM aggregate WHERE kind = 'merchant' ORDER BY id`;

const OLDEST_ID = '0'.repeat(32);
const NEWEST_ID = 'f'.repeat(32);

/**
 * One range of an index. Ids begin with their time, so dates narrow the range; an entity's chain is read whole first,
 * because it is short and its own key finds it.
 */
function listQuery(merchantId: MerchantId, filter: AuditFilter, { limit, before }: AuditPage) {
  const { entityType, entityId, from, to } = filter;
  const isRare = entityType !== undefined && entityType !== 'payment' && entityType !== 'transaction';
  const conditions = [
    'merchant_id = $1 AND id >= $2 AND id <= $3 AND id < $4',
    ...(entityType === undefined ? [] : ['entity_type = $6']),
    // As the index has it, or it would not be used.
    ...(isRare ? [`entity_type NOT IN ('payment', 'transaction')`] : []),
    ...(entityId === undefined ? [] : [`entity_id = $${entityType === undefined ? 6 : 7}`]),
  ].join(' AND ');
  const links = `SELECT ${AUDIT_COLUMNS} FROM audit_entry WHERE ${conditions}`;
  const found = entityId === undefined ? links : `WITH chain AS MATERIALIZED (${links}) SELECT * FROM chain`;
  return {
    name: `list_audit${isRare ? '_rare' : ''}${entityType === undefined ? '' : '_type'}${entityId === undefined ? '' : '_entity'}`,
    text: `${found} ORDER BY id DESC LIMIT $5`,
    values: [
      merchantId,
      from === undefined ? OLDEST_ID : `${timeDigits(from)}${'0'.repeat(20)}`,
      to === undefined ? NEWEST_ID : `${timeDigits(to)}${'f'.repeat(20)}`,
      before === undefined ? NEWEST_ID : uuidOf(before),
      limit,
      ...(entityType === undefined ? [] : [entityType]),
      ...(entityId === undefined ? [] : [entityId]),
    ],
  };
}
