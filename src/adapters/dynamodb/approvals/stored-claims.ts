import { canonicalJson, type JsonObject } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { StoredClaim, StoredRows, StoredTrace } from '../../../ports/approvals/stored-rows.ts';
import { attempt, withRetry } from '../faults.ts';
import type { Item } from '../items.ts';
import type { Read } from '../reads.ts';
import { type ItemKey, SCHEMA_KEY, type Table } from '../table.ts';
import { CLAIM_PARTITIONS, requestKeyOf, TRACE_PARTITIONS } from './keys.ts';
import { claimItem, claimOf, traceIn, traceItem } from './request-claims.ts';

/** A page of a scan of the claims and their traces; each is a partition to itself. */
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
          FilterExpression: 'begins_with(pk, :claims) OR begins_with(pk, :traces)',
          ExpressionAttributeValues: { ':claims': CLAIM_PARTITIONS, ':traces': TRACE_PARTITIONS },
          ...present({ ExclusiveStartKey: after === undefined ? undefined : (JSON.parse(after) as Item) }),
        },
        abortSignal,
      );
      return { items: Items as unknown as readonly (Item & ItemKey)[], next: LastEvaluatedKey };
    });
    return {
      items: items.map((item) =>
        item.pk.startsWith(TRACE_PARTITIONS) ? storedTrace(item) : storedClaim(item, since),
      ),
      ...present({ next: next && JSON.stringify(next) }),
    };
  });

const textOf = (item: Item): string => canonicalJson(item as JsonObject);

function storedTrace(item: Item & ItemKey): StoredTrace {
  const trace = traceIn(item, requestKeyOf(TRACE_PARTITIONS, item.pk));
  return { type: 'trace', trace, isSound: textOf(item) === textOf(traceItem(trace)) };
}

/** Items are compared whole, as canonical text, with those that commits write. */
function storedClaim(item: Item & ItemKey, sealedSince: number): StoredClaim {
  const claim = claimOf(item, requestKeyOf(CLAIM_PARTITIONS, item.pk));
  const isSealed = item['seal'] !== undefined;
  const mayLackSeal = !isSealed && claim.createdAt < sealedSince;
  const { seal, ...written } = claimItem(claim);
  const expected = mayLackSeal ? written : { ...written, seal };
  return {
    type: 'claim',
    claim,
    isSealed,
    isSound: textOf(item) === textOf(expected),
  };
}
