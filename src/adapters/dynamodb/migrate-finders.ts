import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { putBatches } from './batch-writes.ts';
import { withRetry } from './faults.ts';
import { finderItems } from './finders.ts';
import { type Item, paymentOf } from './items.ts';
import { type IdRange, idRange } from './payment-ranges.ts';
import { type FinderTimes, OLDER_VERSION_MS, putSchema, schemaItem } from './schema-item.ts';
import type { Table } from './table.ts';

/** How far clocks, and commits that are under way, may be behind. */
const LATE_MS = 3_600_000;

/**
 * Writes the finders of all payments that are there. An older version that still serves writes none beside its own, or not all: of those that it
 * takes until a day from now they are made by `makeLateFinders`.
 */
export async function makeOldFinders(table: Table): Promise<FinderTimes> {
  const schema = await schemaItem(table);
  const from = Number(schema?.['finders_missing_from'] ?? Date.now() - LATE_MS);
  await makeFinders(table, idRange({}, {}), { ...schema, finders_missing_from: from }, 'version');
  return { finders_since: Date.now() + OLDER_VERSION_MS, finders_missing_from: from };
}

/** Writes those that an older version left out, once none serves any more. False when none is left out, or it is too early. */
export async function makeLateFinders(table: Table, now: Instant): Promise<boolean> {
  const schema = await schemaItem(table);
  const since = Number(schema?.['finders_since'] ?? 0);
  if (schema === undefined || since === 0 || now <= since) return false;
  const range = idRange({ from: Number(schema['finders_missing_from']), to: since }, {});
  await makeFinders(table, range, schema, 'finders_since');
  const stored = await schemaItem(table);
  const { finders_missing_from: _, finders_at: __, ...whole } = stored ?? schema;
  return putSchema(table, { ...whole, finders_since: 0 }, 'finders_since', schema);
}

/** A segment of the table, from `start` on. */
type Part = Readonly<{ segment: number; start?: Item }>;

/** How many are read at once: as many pages are in memory. */
const SEGMENTS = 8;
const ALL: readonly Part[] = Array.from({ length: SEGMENTS }, (_, segment) => ({ segment }));

/** Goes on where a run that broke off stood, which is noted in the schema's item while `guard` there is what it was. */
async function makeFinders(
  table: Table,
  range: IdRange,
  schema: Item,
  guard: 'version' | 'finders_since',
): Promise<void> {
  const at = schema['finders_at'];
  for (let left = typeof at === 'string' ? (JSON.parse(at) as readonly Part[]) : ALL; left.length > 0; ) {
    const pages = await Promise.all(left.map((part) => pageOf(table, range, part)));
    await putBatches(
      table,
      pages
        .flatMap(({ items }) => items)
        .map(paymentOf)
        .flatMap(finderItems),
    );
    left = left.flatMap(({ segment }, index) => {
      const start = pages[index]?.next;
      return start === undefined ? [] : [{ segment, start }];
    });
    await putSchema(table, { ...schema, finders_at: JSON.stringify(left) }, guard, schema);
  }
}

async function pageOf(table: Table, { low, high }: IdRange, { segment, start }: Part) {
  const { Items: items = [], LastEvaluatedKey: next } = await withRetry(table, (abortSignal) =>
    table.call(
      'Scan',
      {
        TableName: table.name,
        Segment: segment,
        TotalSegments: SEGMENTS,
        FilterExpression: 'sk BETWEEN :low AND :high AND attribute_exists(audit_hash)',
        ProjectionExpression: '#record, audit_hash',
        ExpressionAttributeNames: { '#record': 'record' },
        ExpressionAttributeValues: { ':low': low, ':high': high },
        ...present({ ExclusiveStartKey: start }),
      },
      abortSignal,
    ),
  );
  return { items, next };
}
