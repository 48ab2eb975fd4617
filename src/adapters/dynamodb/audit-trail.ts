import type { AuditTrail } from '../../ports/audit-trail.ts';
import { attempt } from './faults.ts';
import { auditEntryOf } from './items.ts';
import { queryItems } from './reads.ts';
import { AUDIT_PREFIX, historyPartition, type Table } from './table.ts';

export const dynamodbAuditTrail = (table: Table): AuditTrail => ({
  ofPayment: (merchantId, id) =>
    attempt(() =>
      queryItems(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': historyPartition(merchantId, id), ':prefix': AUDIT_PREFIX },
      }),
    ).map((items) => items.map(auditEntryOf)),
});
