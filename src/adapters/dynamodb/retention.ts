import { okAsync } from 'neverthrow';
import type { Retention } from '../../ports/retention.ts';
import { claimItem, claimOf } from './claim-items.ts';
import { putItem } from './conditional-writes.ts';
import { overdue } from './due.ts';
import { attempt } from './faults.ts';
import type { Item } from './items.ts';
import type { Read } from './reads.ts';
import { claimKey, claimKeyOf, responseDueShards, type Table } from './table.ts';

/** How many are written at once, out of the way of the commits. */
const AT_ONCE = 16;

/**
 * Whole items are deleted by the table's time to live, within two days; all of them are written with it. Left to do is what
 * only a part of an item is: the responses of claims that are kept for good, which the due index names.
 */
export const dynamodbRetention = (table: Table, read: Read): Retention => ({
  kinds: ['response'],
  prune: (kind, now, limit) =>
    kind !== 'response'
      ? okAsync(0)
      : attempt(async () => {
          const items = await overdue(table, responseDueShards(), now, limit);
          let emptied = 0;
          for (let from = 0; from < items.length; from += AT_ONCE) {
            const batch = items.slice(from, from + AT_ONCE).map((item) => emptyClaim(table, read, item));
            emptied += (await Promise.all(batch)).filter(Boolean).length;
          }
          return emptied;
        }),
  oldestEnds: (kind) =>
    kind !== 'response'
      ? okAsync(undefined)
      : attempt(async () => {
          const [oldest] = await overdue(table, responseDueShards(), Number.MAX_SAFE_INTEGER, 1);
          return oldest === undefined ? undefined : Number(oldest['due_at']);
        }),
});

/** Approvals' items have a time to live or are kept for good, so nothing is left to do. */
export const dynamodbApprovalsRetention: Retention = {
  kinds: [],
  prune: () => okAsync(0),
  oldestEnds: () => okAsync(undefined),
};

/** Writes the claim again as one without a response. False when the index was late, and the response is gone already. */
async function emptyClaim(table: Table, read: Read, { pk }: Item): Promise<boolean> {
  const key = claimKeyOf(String(pk));
  const item = await read(claimKey(key));
  if (item?.['answer'] === undefined) return false;
  const { kept: _kept, ...claim } = claimOf(item, key);
  return putItem(table, {
    Item: claimItem(claim),
    ConditionExpression: 'change_id = :change AND attribute_exists(answer)',
    ExpressionAttributeValues: { ':change': claim.changeId },
  });
}
