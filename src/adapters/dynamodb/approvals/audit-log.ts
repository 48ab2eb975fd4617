import type { AuditLog } from '../../../ports/approvals/audit-log.ts';
import { beginningWith, findAll } from '../reads.ts';
import type { Table } from '../table.ts';
import { linkOf } from './approval-items.ts';
import { LINK_PREFIX, logPartition } from './keys.ts';

export const dynamodbAuditLog = (table: Table): AuditLog => ({
  of: (id) => findAll(table, beginningWith(logPartition(id), LINK_PREFIX), linkOf),
});
