import { type Quotas, quotaEndsAt } from '../../ports/quotas.ts';
import { updateItem } from './conditional-writes.ts';
import { attempt } from './faults.ts';
import { quotaKey, type Table, TTL_ATTRIBUTE } from './table.ts';

/**
 * One item for each window, which DynamoDB deletes when it is too old to be asked for. A take may count past the limit
 * once, when it is cut short; from then on nothing is written.
 */
export const dynamodbQuotas = (table: Table): Quotas => ({
  take: (holder, { kind, start }, wanted, limit) =>
    attempt(() =>
      updateItem(table, {
        Key: quotaKey(holder, { kind, start }),
        UpdateExpression: 'ADD used :wanted SET #expiry = :expiry',
        ConditionExpression: 'attribute_not_exists(used) OR used < :limit',
        ExpressionAttributeNames: { '#expiry': TTL_ATTRIBUTE },
        ExpressionAttributeValues: {
          ':wanted': wanted,
          ':limit': limit,
          ':expiry': Math.ceil(quotaEndsAt({ kind, start }) / 1_000),
        },
        ReturnValues: 'UPDATED_NEW',
      }),
    ).map((counted) => {
      if (counted === undefined) return 0;
      const before = Number(counted['used']) - wanted;
      return Math.max(0, Math.min(wanted, limit - before));
    }),
});
