import { canonicalJson, type JsonObject } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { StoredClaim, StoredRows } from '../../../ports/approvals/stored-rows.ts';
import { attempt, withRetry } from '../faults.ts';
import type { Item } from '../items.ts';
import type { Read } from '../reads.ts';
import { type ItemKey, SCHEMA_KEY, type Table } from '../table.ts';
import { CLAIM_PARTITIONS, requestClaimKeyOf } from './keys.ts';
import { claimItem, claimOf } from './request-claims.ts';

/** A page of a scan of the claims; each is a partition to itself. */
export const storedClaims = (
  table: Table,
  read: Read,
  after: string | undefined,
): ReturnType<StoredRows['claims']> =>
  attempt(async () => {
    const since = Number((await read(SCHEMA_KEY))?.['claims_sealed_since'] ?? Number.POSITIVE_INFINITY);
    const { items, next } = await withRetry(table, async (abortSignal) => {
      const { Items = [], LastEvaluatedKey } = await table.call(
        'Scan',
        {
          TableName: table.name,
          ConsistentRead: true,
          FilterExpression: 'begins_with(pk, :claims)',
          ExpressionAttributeValues: { ':claims': CLAIM_PARTITIONS },
          ...present({ ExclusiveStartKey: after === undefined ? undefined : (JSON.parse(after) as Item) }),
        },
        abortSignal,
      );
      return { items: Items as unknown as readonly (Item & ItemKey)[], next: LastEvaluatedKey };
    });
    return {
      items: items.map((item) => storedClaim(item, since)),
      ...present({ next: next && JSON.stringify(next) }),
    };
  });

/** Items are compared whole, as canonical text, with those that commits write. */
function storedClaim(item: Item & ItemKey, sealedSince: number): StoredClaim {
  const claim = claimOf(item, requestClaimKeyOf(item.pk));
  const isSealed = item['seal'] !== undefined;
  const mayLackSeal = !isSealed && claim.createdAt < sealedSince;
  const { seal, ...written } = claimItem(claim);
  const expected = mayLackSeal ? written : { ...written, seal };
  return {
    claim,
    isSealed,
    isSound: canonicalJson(item as unknown as JsonObject) === canonicalJson(expected as JsonObject),
  };
}
