import { isLapsed } from '../../domain/claim.ts';
import type { Claims } from '../../ports/claims.ts';
import { claimOf } from './claim-items.ts';
import { attempt } from './faults.ts';
import { queryItems, type Read } from './reads.ts';
import { claimKey, claimKeyOf, DUE_INDEX, dueShards, type Table } from './table.ts';

export const dynamodbClaims = (table: Table, read: Read): Claims => ({
  find: (key, now) =>
    attempt(() => read(claimKey(key))).map((item) => {
      const { merchantId, operation } = key;
      const claim = item && claimOf(item, { merchantId, operation, key: key.key });
      return claim === undefined || isLapsed(claim, now) ? undefined : claim;
    }),
  due: (now, limit) =>
    attempt(() =>
      Promise.all(
        dueShards().map((shard) =>
          queryItems(
            table,
            {
              IndexName: DUE_INDEX,
              KeyConditionExpression: 'due_shard = :shard AND due_at <= :now',
              ExpressionAttributeValues: { ':shard': shard, ':now': now },
            },
            limit,
          ),
        ),
      ),
    ).map((found) =>
      found
        .flat()
        .sort((a, b) => Number(a['due_at']) - Number(b['due_at']))
        .slice(0, limit)
        .map((item) => claimKeyOf(String(item['pk']))),
    ),
});
