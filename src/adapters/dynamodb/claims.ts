import { isLapsed } from '../../domain/kernel/claim.ts';
import type { Claims } from '../../ports/claims.ts';
import { claimOf } from './claim-items.ts';
import { overdue } from './due.ts';
import { attempt } from './faults.ts';
import { findOne, type Read } from './reads.ts';
import { claimKey, claimKeyOf, dueShards, type Table } from './table.ts';

export const dynamodbClaims = (table: Table, read: Read): Claims => ({
  find: (key, now) =>
    findOne(read, claimKey(key), (item) =>
      claimOf(item, { merchantId: key.merchantId, operation: key.operation, key: key.key }),
    ).map((claim) => (claim === undefined || isLapsed(claim, now) ? undefined : claim)),
  due: (now, limit) =>
    attempt(() => overdue(table, dueShards(), now, limit)).map((items) =>
      items.map((item) => claimKeyOf(String(item['pk']))),
    ),
});
