import type { AuditLog } from '../../../ports/approvals/audit-log.ts';
import { attempt } from '../faults.ts';
import { queryItems } from '../reads.ts';
import type { Table } from '../table.ts';
import { linkOf } from './approval-items.ts';
import { LINK_PREFIX, logPartition } from './keys.ts';

export const dynamodbAuditLog = (table: Table): AuditLog => ({
  of: (id) =>
    attempt(() =>
      queryItems(table, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': logPartition(id), ':prefix': LINK_PREFIX },
      }),
    ).map((items) => items.map(linkOf)),
});
