import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { putBatches } from './batch-writes.ts';
import { withRetry } from './faults.ts';
import { type FinderKind, finderItemsOf } from './finders.ts';
import { type Item, paymentOf } from './items.ts';
import { type IdRange, idRange } from './payment-ranges.ts';
import { FINDER_TIMES, OLDER_VERSION_MS, putSchema, schemaItem } from './schema-item.ts';
import type { Table } from './table.ts';

/** How far clocks, and commits that are under way, may be behind. */
const LATE_MS = 3_600_000;

/**
 * Writes the finders of a kind of all payments that are there, and gives the times of that for the schema's item. An older version that
 * still serves writes none beside its own: of those that it takes until a day from now they are made by `makeLateFinders`.
 */
export async function makeOldFinders(table: Table, kind: FinderKind): Promise<Item> {
  const { since, missingFrom } = FINDER_TIMES[kind];
  const schema = await schemaItem(table);
  const from = Number(schema?.[missingFrom] ?? Date.now() - LATE_MS);
  const run = { kind, range: idRange({}, {}), guard: 'version' } as const;
  await makeFinders(table, run, { ...schema, [missingFrom]: from });
  return { [since]: Date.now() + OLDER_VERSION_MS, [missingFrom]: from };
}

/** Writes those that an older version left out, once none serves any more. False when none is left out, or it is too early. */
export async function makeLateFinders(table: Table, kind: FinderKind, now: Instant): Promise<boolean> {
  const { since, missingFrom, at } = FINDER_TIMES[kind];
  const schema = await schemaItem(table);
  const until = Number(schema?.[since] ?? 0);
  if (schema === undefined || until === 0 || now <= until) return false;
  const range = idRange({ from: Number(schema[missingFrom]), to: until }, {});
  await makeFinders(table, { kind, range, guard: since }, schema);
  const stored = await schemaItem(table);
  const { [missingFrom]: _, [at]: __, ...whole } = stored ?? schema;
  return putSchema(table, { ...whole, [since]: 0 }, since, schema);
}

/** A segment of the table, from `start` on. */
type Part = Readonly<{ segment: number; start?: Item }>;

/** How many are read at once: as many pages are in memory. */
const SEGMENTS = 8;
const ALL: readonly Part[] = Array.from({ length: SEGMENTS }, (_, segment) => ({ segment }));

type Run = Readonly<{
  kind: FinderKind;
  range: IdRange;
  guard: 'version' | (typeof FINDER_TIMES)[FinderKind]['since'];
}>;

/** Goes on where a run that broke off stood, which is noted in the schema's item while `guard` there is what it was. */
async function makeFinders(table: Table, { kind, range, guard }: Run, schema: Item): Promise<void> {
  const name = FINDER_TIMES[kind].at;
  const at = schema[name];
  for (let left = typeof at === 'string' ? (JSON.parse(at) as readonly Part[]) : ALL; left.length > 0; ) {
    const pages = await Promise.all(left.map((part) => pageOf(table, kind, range, part)));
    await putBatches(
      table,
      pages
        .flatMap(({ items }) => items)
        .map(paymentOf)
        .flatMap((payment) => finderItemsOf(kind, payment)),
    );
    left = left.flatMap(({ segment }, index) => {
      const start = pages[index]?.next;
      return start === undefined ? [] : [{ segment, start }];
    });
    const stored = await schemaItem(table);
    await putSchema(table, { ...schema, ...stored, [name]: JSON.stringify(left) }, guard, schema);
  }
}

/** Of payments, and of those that have what finders of the kind find by. */
const CHOOSING: Readonly<Record<FinderKind, Readonly<{ also: string; values: object }>>> = {
  of_amount: { also: '', values: {} },
  of_more: {
    also: ' AND (attribute_exists(customer_id) OR contains(#record, :metadata))',
    values: { ':metadata': '"metadata":' },
  },
};

async function pageOf(table: Table, kind: FinderKind, { low, high }: IdRange, { segment, start }: Part) {
  const { also, values } = CHOOSING[kind];
  const { Items: items = [], LastEvaluatedKey: next } = await withRetry(table, (abortSignal) =>
    table.call(
      'Scan',
      {
        TableName: table.name,
        Segment: segment,
        TotalSegments: SEGMENTS,
        FilterExpression: `sk BETWEEN :low AND :high AND attribute_exists(audit_hash)${also}`,
        ProjectionExpression: '#record, audit_hash',
        ExpressionAttributeNames: { '#record': 'record' },
        ExpressionAttributeValues: { ':low': low, ':high': high, ...values },
        ...present({ ExclusiveStartKey: start }),
      },
      abortSignal,
    ),
  );
  return { items, next };
}
