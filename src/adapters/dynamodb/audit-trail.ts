import type { AuditTrail } from '../../ports/audit-trail.ts';
import { attempt } from './faults.ts';
import { auditEntryOf } from './items.ts';
import { queryItems } from './reads.ts';
import { AUDIT_PREFIX, aggregateHistory, historyPartition, type Table } from './table.ts';

export const dynamodbAuditTrail = (table: Table): AuditTrail => ({
  ofPayment: (merchantId, id) => linksIn(table, historyPartition(merchantId, id)),
  ofAggregate: (merchantId, kind, id) => linksIn(table, aggregateHistory(merchantId, kind, id)),
});

const linksIn = (table: Table, partition: string) =>
  attempt(() =>
    queryItems(table, {
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': partition, ':prefix': AUDIT_PREFIX },
    }),
  ).map((items) => items.map(auditEntryOf));
