import type { ResultAsync } from 'neverthrow';
import { AGGREGATE_KINDS } from '../../domain/kernel/aggregate-kind.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import { type AuditEntryId, type MerchantId, parseId, timeDigits } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { AuditFilter, AuditTrail } from '../../ports/audit-trail.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { ascending } from './aggregates.ts';
import { auditEntryOf } from './audit-items.ts';
import { attempt, withRetry } from './faults.ts';
import type { Item } from './items.ts';
import { newestOf } from './newest.ts';
import {
  beginningWith,
  findAll,
  type PartitionQuery,
  type QueryPage,
  queryItems,
  type Read,
} from './reads.ts';
import {
  AUDIT_PREFIX,
  aggregateHistory,
  historyPartition,
  type ItemKey,
  type Table,
  TENANTS_PARTITION,
  TRAIL_INDEX,
  tenantOf,
  trailPartitions,
} from './table.ts';

type Page = Readonly<{ limit: number; before?: AuditEntryId }>;

/** An entity's links are one partition, strongly consistent; a merchant's are found by the trail index, which lags. */
export const dynamodbAuditTrail = (table: Table, read: Read): AuditTrail => ({
  ofPayment: (merchantId, id) => linksIn(table, historyPartition(merchantId, id)),
  ofAggregate: (merchantId, kind, id) => linksIn(table, aggregateHistory(merchantId, kind, id)),
  list: (merchantId, filter, page) =>
    attempt(async () => {
      if (page.limit <= 0) return [];
      const { entityId } = filter;
      return entityId === undefined
        ? listed(table, read, merchantId, filter, page)
        : (await linksOf(table, merchantId, { ...filter, entityId }))
            .filter((entry) => matches(entry, filter, page))
            .sort((a, b) => (a.id < b.id ? 1 : -1))
            .slice(0, page.limit);
    }),
  tenants: () =>
    attempt(async () => {
      const known = await queryItems(table, ascending(TENANTS_PARTITION, undefined));
      const ids = new Set(known.map(({ sk }) => sk as MerchantId));
      let next: Item | undefined;
      do {
        const page = await scanTrail(table, next);
        for (const { trail } of page.items) {
          const tenant = tenantOf(String(trail));
          if (tenant !== undefined) ids.add(tenant);
        }
        next = page.next;
      } while (next !== undefined);
      return [...ids].sort();
    }),
});

/** A page of the index over all tenants. */
async function scanTrail(table: Table, start: Item | undefined): Promise<QueryPage> {
  const { Items = [], LastEvaluatedKey: next } = await withRetry(table, (abortSignal) =>
    table.call(
      'Scan',
      {
        TableName: table.name,
        IndexName: TRAIL_INDEX,
        ProjectionExpression: 'trail',
        ...present({ ExclusiveStartKey: start }),
      },
      abortSignal,
    ),
  );
  return { items: Items, ...present({ next }) };
}

const linksIn = (table: Table, partition: string): ResultAsync<readonly AuditEntry[], StorageUnavailable> =>
  findAll(table, historyQuery(partition), auditEntryOf);

const historyQuery = (partition: string, prefix = ''): PartitionQuery =>
  beginningWith(partition, AUDIT_PREFIX + prefix);

/** Reads by the index, then the links themselves. One that is indexed and gone leaves its place to the next. */
async function listed(
  table: Table,
  read: Read,
  merchantId: MerchantId,
  filter: AuditFilter,
  { limit, before }: Page,
): Promise<readonly AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (let last: string | undefined = before; ; ) {
    const wanted = limit - entries.length;
    const page: Readonly<{ limit: number; before?: string }> = {
      limit: wanted,
      ...present({ before: last }),
    };
    const queries = trailQueries(merchantId, filter, last);
    if (queries.length === 0) return entries;
    const keys: readonly Item[] = await newestOf(table, queries, page, 'trail_id');
    const items = await Promise.all(keys.map(({ pk, sk }) => read({ pk, sk } as ItemKey)));
    entries.push(...items.filter((item) => item !== undefined).map(auditEntryOf));
    if (keys.length < wanted || entries.length === limit) return entries;
    last = String(keys.at(-1)?.['trail_id']);
  }
}

/** Ids begin with their time, so dates narrow the range; 'g' sorts behind every hex digit. */
function trailQueries(
  merchantId: MerchantId,
  { entityType, from, to }: AuditFilter,
  before: string | undefined,
): readonly PartitionQuery[] {
  const low = from === undefined ? 'aud_' : `aud_${timeDigits(from)}`;
  const latest = to === undefined ? 'aud_g' : `aud_${timeDigits(to)}g`;
  const high = before !== undefined && before < latest ? before : latest;
  if (low > high) return [];
  const wanted = entityType === undefined ? undefined : keysOf(merchantId, entityType);
  return trailPartitions(merchantId, entityType).map((partition) => ({
    IndexName: TRAIL_INDEX,
    KeyConditionExpression: 'trail = :trail AND trail_id BETWEEN :low AND :high',
    ...(wanted === undefined ? {} : { FilterExpression: `begins_with(${wanted.attribute}, :prefix)` }),
    ExpressionAttributeValues: {
      ':trail': partition,
      ':low': low,
      ':high': high,
      ...present({ ':prefix': wanted?.prefix }),
    },
  }));
}

/** How the keys of links of one type begin. */
function keysOf(
  merchantId: MerchantId,
  type: NonNullable<AuditFilter['entityType']>,
): Readonly<{ attribute: 'pk' | 'sk'; prefix: string }> {
  if (type === 'payment') return { attribute: 'sk', prefix: `${AUDIT_PREFIX}pay_` };
  if (type === 'transaction') return { attribute: 'sk', prefix: `${AUDIT_PREFIX}txn_` };
  return { attribute: 'pk', prefix: aggregateHistory(merchantId, type, '') };
}

/** Every link of whatever has this id and type. */
async function linksOf(
  table: Table,
  merchantId: MerchantId,
  { entityType, entityId }: AuditFilter & Readonly<{ entityId: string }>,
): Promise<readonly AuditEntry[]> {
  const payment = parseId('pay', entityId);
  const isWanted = (type: AuditFilter['entityType']) => entityType === undefined || entityType === type;
  const queries = [
    ...(payment !== undefined && isWanted('payment')
      ? [historyQuery(historyPartition(merchantId, payment), `${payment}#`)]
      : []),
    ...AGGREGATE_KINDS.filter(isWanted).map((kind) =>
      historyQuery(aggregateHistory(merchantId, kind, entityId)),
    ),
    ...(isWanted('transaction') ? await historiesOfTransaction(table, merchantId, entityId) : []),
  ];
  const found = await Promise.all(queries.map((query) => queryItems(table, query)));
  return found.flat().map(auditEntryOf);
}

/**
 * A transaction's links are kept with its payment, which its id does not name. Its first link was made at the moment
 * that its id begins with, so the index finds it among the links of that moment.
 */
async function historiesOfTransaction(
  table: Table,
  merchantId: MerchantId,
  entityId: string,
): Promise<readonly PartitionQuery[]> {
  const id = parseId('txn', entityId);
  if (id === undefined) return [];
  const moment = id.slice('txn_'.length, 'txn_'.length + timeDigits(0).length);
  const found = await Promise.all(
    trailPartitions(merchantId, 'transaction').map((partition) =>
      queryItems(table, {
        IndexName: TRAIL_INDEX,
        KeyConditionExpression: 'trail = :trail AND begins_with(trail_id, :moment)',
        FilterExpression: 'begins_with(sk, :prefix)',
        ExpressionAttributeValues: {
          ':trail': partition,
          ':moment': `aud_${moment}`,
          ':prefix': `${AUDIT_PREFIX}${id}#`,
        },
      }),
    ),
  );
  const partitions = new Set(found.flat().map(({ pk }) => String(pk)));
  return [...partitions].map((partition) => historyQuery(partition, `${id}#`));
}

const matches = (entry: AuditEntry, { from, to }: AuditFilter, { before }: Page): boolean =>
  (from === undefined || entry.timestamp >= from) &&
  (to === undefined || entry.timestamp <= to) &&
  (before === undefined || entry.id < before);
